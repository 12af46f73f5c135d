package import GraphIR

/// The integer model of a fake-quantized one: u8 activations, s8 weights, int32 sums and biases.
///
/// Batch norm is folded, weights are rounded to the grid that training simulated, each bias becomes an integer in
/// units of input scale × weight scale. The logits leave as float.
package func convertToInteger(_ model: Model) throws(RewriteError) -> Model {
  var conversion = IntegerConversion(model)
  for group in model.graph.layerGroups { try conversion.convert(group) }
  let last = conversion.graph.nodes[conversion.graph.output]
  guard case .integerDense(let dense) = last.operation, dense.output == nil else {
    throw .noIntegerKernel(
      node: last.name, reason: "an integer model ends in a dense layer, whose sums are the logits")
  }
  return Model(kind: .integer, graph: conversion.graph, parameters: conversion.parameters)
}

private struct IntegerConversion {
  let model: Model
  var graph: Graph
  var parameters = ParameterSet()
  /// Node of the integer graph that holds a tensor, and the grid of its codes.
  var renamed: [Graph.NodeID: Graph.NodeID] = [:]
  var grids: [Graph.NodeID: QuantizationParameters] = [:]

  init(_ model: Model) {
    self.model = model
    graph = Graph(architecture: model.graph.architecture, input: model.graph.inputShape)
  }

  mutating func convert(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    switch node.operation {
    case .input: try convertInput(group)
    case .convolution, .dense: try convertLayer(group)
    case .pool, .flatten: try convertPassing(group)
    case .activation, .fakeQuantize: try requantize(group, from: node.inputs[0])
    case .batchNorm:
      throw .noIntegerKernel(
        node: node.name, reason: "batch norm that follows no convolution can't be folded into one")
    case .add:
      throw .noIntegerKernel(
        node: node.name, reason: "neither summand is computed by a convolution beside it")
    case .quantize, .requantize, .integerConvolution, .integerDense:
      throw .noIntegerKernel(node: node.name, reason: "it is integer already")
    }
  }

  private mutating func convertInput(_ group: LayerGroup) throws(RewriteError) {
    guard let grid = try outputGrid(of: group) else {
      throw .noIntegerKernel(node: "input", reason: "the graph was not prepared for quantization")
    }
    append("quantize", .quantize(grid), inputs: [0], for: group, grid: grid)
  }

  private mutating func convertLayer(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let source = node.inputs.first, let input = grids[source], let from = renamed[source],
      let weights = try LayerWeights(group, in: model), let scales = weights.scales
    else { throw .noIntegerKernel(node: node.name, reason: "the graph was not prepared for quantization") }
    store(weights, scales: scales, inputScale: input.scale, name: node.name)
    let output = try outputGrid(of: group)
    let activation = activation(of: group)
    var inputs = [from]
    switch weights.operation {
    case .convolution(let convolution):
      guard let output else {
        throw .noIntegerKernel(node: node.name, reason: "its output was not prepared for quantization")
      }
      var residual: QuantizationParameters?
      if let other = group.residual, let id = renamed[other] {
        residual = grids[other]
        inputs.append(id)
      }
      let integer = IntegerConvolution(
        convolution: convolution, input: input, residual: residual, output: output, activation: activation)
      append(node.name, .integerConvolution(integer), inputs: inputs, for: group, grid: output)
    case .dense(let dense):
      let integer = IntegerDense(dense: dense, input: input, output: output, activation: activation)
      append(node.name, .integerDense(integer), inputs: inputs, for: group, grid: output)
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .fakeQuantize, .quantize, .requantize,
      .integerConvolution, .integerDense:
      break
    }
  }

  /// Pooling and flattening work on codes as they are; a grid of its own after them takes a table.
  private mutating func convertPassing(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let source = node.inputs.first, let grid = grids[source], let from = renamed[source] else {
      throw .noIntegerKernel(node: node.name, reason: "its input was not prepared for quantization")
    }
    if case .pool(let pooling) = node.operation, pooling.kind == .average, pooling.padding > 0 {
      appendPaddedAverage(pooling, node, from: from, for: group, grid: grid)
    } else {
      append(node.name, node.operation, inputs: [from], for: group, grid: grid)
    }
    renamed[group.head] = renamed[group.output]
    grids[group.head] = grid
    let output = try outputGrid(of: group) ?? grid
    if output != grid || group.activation != nil { try requantize(group, from: group.head) }
  }

  /// An average over padding as a depthwise convolution with equal weights: unlike pooling, that pads with the zero
  /// point.
  private mutating func appendPaddedAverage(
    _ pooling: Pooling, _ node: Graph.Node, from: Graph.NodeID, for group: LayerGroup,
    grid: QuantizationParameters
  ) {
    let channels = node.shape.channels
    let area = pooling.kernel * pooling.kernel
    let convolution = Convolution(
      inputs: channels, outputs: channels, kernel: pooling.kernel, stride: pooling.stride,
      padding: pooling.padding, groups: channels)
    parameters[node.name + ".weight"] = Tensor(
      shape: convolution.weightShape, elements: .int8(Array(repeating: 1, count: channels * area)))
    parameters[node.name + ".scale"] = Tensor(repeating: 1 / Float(area), shape: [channels])
    parameters[node.name + ".bias"] = Tensor(
      shape: [channels], elements: .int32(Array(repeating: 0, count: channels)))
    let integer = IntegerConvolution(convolution: convolution, input: grid, output: grid)
    append(node.name, .integerConvolution(integer), inputs: [from], for: group, grid: grid)
  }

  private mutating func requantize(_ group: LayerGroup, from source: Graph.NodeID) throws(RewriteError) {
    let name = model.graph.nodes[group.output].name
    guard let input = grids[source], let from = renamed[source], let output = try outputGrid(of: group) else {
      throw .noIntegerKernel(node: name, reason: "its range was not observed")
    }
    let table = Requantization(input: input, output: output, activation: activation(of: group))
    append(name, .requantize(table), inputs: [from], for: group, grid: output)
  }

  private func outputGrid(of group: LayerGroup) throws(RewriteError) -> QuantizationParameters? {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = model.graph.nodes[id].operation
    else { return nil }
    return try model.quantizationParameters(quantizer)
  }

  private func activation(of group: LayerGroup) -> Activation? {
    guard let id = group.activation, case .activation(let activation) = model.graph.nodes[id].operation
    else { return nil }
    return activation
  }

  private mutating func store(_ weights: LayerWeights, scales: [Float], inputScale: Float, name: String) {
    let rest = weights.weight.count / scales.count
    let codes = weights.weight.floats.enumerated().map { index, value in
      Int8((value / scales[index / rest]).rounded(.toNearestOrEven))
    }
    let biases = weights.bias.floats.enumerated().map { output, value in
      let steps = (Double(value) / (Double(inputScale) * Double(scales[output]))).rounded(.toNearestOrEven)
      return Int32(min(max(steps, Double(Int32.min)), Double(Int32.max)))
    }
    parameters[name + ".weight"] = Tensor(shape: weights.weight.shape, elements: .int8(codes))
    parameters[name + ".scale"] = Tensor(scales)
    parameters[name + ".bias"] = Tensor(shape: [biases.count], elements: .int32(biases))
  }

  private mutating func append(
    _ name: String, _ operation: Operation, inputs: [Graph.NodeID], for group: LayerGroup,
    grid: QuantizationParameters?
  ) {
    // The shapes were valid in the float graph.
    renamed[group.output] = try? graph.append(name, operation, inputs: inputs)
    grids[group.output] = grid
  }
}
