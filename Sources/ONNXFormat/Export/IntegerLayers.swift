import GraphIR

/// Layers on codes, each as the float layer that it is of what the codes stand for.
extension ModelExport {
  mutating func writeInteger(
    _ operation: IntegerOperation, _ node: Graph.Node
  ) throws(ExportError) -> WrittenTensor {
    let source = try source(node)
    switch operation {
    case .quantize(let grid):
      let name = try rounded(source.name, to: grid, nil, node, fuses: false)
      return WrittenTensor(name: name, grid: grid, isImage: source.isImage)
    case .dequantize:
      return floats(try float(source, node.name), isImage: source.isImage)
    case .requantize(let table):
      let input = try float(source, node.name + ".input")
      let curve = table.activation?.curve == nil ? nil : table.activation
      let value = try curve.map { activation throws(ExportError) in
        try activate(input, activation, node, named: node.name)
      }
      let name = try rounded(
        value ?? input, to: table.output, table.activation?.rectifier, node, fuses: false)
      return WrittenTensor(name: name, grid: table.output, isImage: source.isImage)
    case .pool(let layer): return try writeAverage(layer, node)
    case .convolution(let layer): return try writeConvolution(layer, node)
    case .dense(let layer): return try writeDense(layer, node)
    case .dynamicDense(let layer): return try writeDynamic(layer, node)
    }
  }

  /// Maxima, flattening and what does nothing: codes of the same grid.
  mutating func writePassing(_ node: Graph.Node) throws(ExportError) -> WrittenTensor {
    let source = try source(node)
    guard let grid = source.grid else { return source }
    switch node.operation {
    case .pool(let pooling):
      let input = try float(image(source, node), node.name + ".input")
      let maxima = pool(input, pooling, node.name)
      return WrittenTensor(
        name: try roundedAgain(maxima, grid, node.name), grid: grid, isImage: true)
    case .flatten: return try flattened(source, node.name)
    case .input, .convolution, .batchNorm, .activation, .dense, .add, .dropout, .fakeQuantize, .integer:
      return source
    }
  }

  /// Codes of an image as rows: between a dequantization and a quantization of its own, without which a dense layer
  /// that reads it is not fused.
  private mutating func flattened(_ source: WrittenTensor, _ name: String) throws(ExportError)
    -> WrittenTensor
  {
    guard source.isImage, let grid = source.grid else { return source }
    let rows = writer.add(
      "Flatten", name, [try float(source, name + ".input")], [.integer("axis", 1)])
    return WrittenTensor(name: try roundedAgain(rows, grid, name), grid: grid, isImage: false)
  }

  /// Values that lie on a grid to its codes.
  private mutating func roundedAgain(
    _ values: String, _ parameters: QuantizationParameters, _ name: String
  ) throws(ExportError) -> String {
    let grid = try CodeGrid(parameters, of: name, for: target)
    return writer.add(
      "QuantizeLinear", name + ".codes",
      [values, writer.scalar(grid.scale), writer.zeroPoint(grid.zeroPoint, signed: grid.signed)])
  }

  /// Averages of the codes themselves, as whole numbers, so that half a step stays half a step; the quantization after
  /// it has the ratio of both scales.
  private mutating func writeAverage(
    _ layer: IntegerPooling, _ node: Graph.Node
  ) throws(ExportError) -> WrittenTensor {
    let source = image(try source(node), node)
    let steps = try float(source, node.name + ".input", unit: 1)
    let means = pool(steps, layer.pooling, node.name)
    let ratio = layer.output.scale == layer.input.scale ? 1 : layer.output.scale / layer.input.scale
    let name = try rounded(means, to: layer.output, layer.activation, node, unit: ratio, fuses: false)
    return WrittenTensor(name: name, grid: layer.output, isImage: true)
  }

  private mutating func writeDense(_ layer: IntegerDense, _ node: Graph.Node) throws(ExportError)
    -> WrittenTensor
  {
    let rows = try flattened(try source(node), node.name + ".flatten")
    let input = try float(rows, node.name + ".input")
    let weight = try weights(node, layer.dense.weightShape, bits: layer.weightBits)
    let bias = try bias(node, layer.dense.outputs, inputScale: layer.input.scale)
    var last = writer.add("Gemm", node.name, [input, weight, bias], [.integer("transB", 1)])
    guard let output = layer.output else {
      if let rectifier = layer.activation {
        last = try activate(last, .rectifier(rectifier), node, named: node.name + ".relu")
      }
      return floats(last, isImage: false)
    }
    let name = try rounded(last, to: output, layer.activation, node)
    return WrittenTensor(name: name, grid: output, isImage: false)
  }

  private mutating func writeConvolution(
    _ layer: IntegerConvolution, _ node: Graph.Node
  ) throws(ExportError) -> WrittenTensor {
    let source = image(try source(node), node)
    let last: String
    var fuses = true
    if let grid = layer.residual {
      let residual = image(try self.source(node, 1), node, node.inputs[1])
      // A bias has taken out what the residual's zero point comes to.
      let summand = try float(
        residual, node.name + ".residual", origin: target.hasFloatBiases ? nil : 0)
      let sums =
        try target.writesSums
        ? self.sums(layer, source, node)
        : convolved(
          layer, source, node, constant: target.hasFloatBiases ? Float(grid.zeroPoint) * grid.scale : 0)
      last = writer.add("Add", node.name + ".add", [sums, summand])
      fuses = !target.writesSums
    } else {
      last = try convolved(layer, source, node, constant: 0)
    }
    let name = try rounded(last, to: layer.output, layer.activation, node, fuses: fuses)
    return WrittenTensor(name: name, grid: layer.output, isImage: true)
  }

  /// `constant` is added to each bias.
  private mutating func convolved(
    _ layer: IntegerConvolution, _ source: WrittenTensor, _ node: Graph.Node, constant: Float
  ) throws(ExportError) -> String {
    let input = try float(source, node.name + ".input")
    let weight = try weights(node, layer.convolution.weightShape, bits: layer.weightBits)
    let bias = try bias(
      node, layer.convolution.outputs, inputScale: layer.input.scale, constant: constant)
    return writer.add("Conv", node.name, [input, weight, bias], layer.convolution.attributes)
  }

  /// Integer sums, and their dequantization by each channel's scale.
  private mutating func sums(
    _ layer: IntegerConvolution, _ source: WrittenTensor, _ node: Graph.Node
  ) throws(ExportError) -> String {
    let outputs = layer.convolution.outputs
    let grid = try CodeGrid(layer.input, of: node.name, for: target)
    let codes = try codes(node, layer.convolution.weightShape, bits: layer.weightBits)
    let sums = writer.add(
      "ConvInteger", node.name,
      [source.name, codes, writer.zeroPoint(grid.zeroPoint, signed: grid.signed)],
      layer.convolution.attributes)
    let biases = writer.integers(
      node.name + ".bias", try integers(node.name + ".bias", outputs), shape: [1, outputs, 1, 1])
    let biased = writer.add("Add", node.name + ".sums", [sums, biases])
    let scales = try scales(node, outputs).map { $0 * layer.input.scale }
    return writer.add(
      "DequantizeLinear", node.name + ".values",
      [biased, writer.floats(node.name + ".unit", scales, shape: [outputs])], [.integer("axis", 1)])
  }
}
