package import GraphIR

/// The integer model of a fake-quantized one: u8 activations, s8 weights, int32 sums and biases.
///
/// Batch norm is folded, weights are rounded to the grid that training simulated, each bias becomes an integer in
/// units of input scale × weight scale, with what the residual's zero point comes to. Batch norm that stands alone
/// becomes a convolution of each channel with its factor. Signed activation grids become unsigned ones with their zero
/// point moved, which changes no value. Layers that were kept in float stay so, between a dequantization and a
/// quantization. The logits leave as float.
package func convertToInteger(_ model: Model) throws(RewriteError) -> Model {
  var conversion = IntegerConversion(model)
  for group in model.graph.layerGroups { try conversion.convert(group) }
  return try conversion.finished()
}

struct IntegerConversion {
  let model: Model
  var graph: Graph
  var parameters = ParameterSet()
  /// Node of the integer graph that holds a tensor's codes, and their grid.
  var codes: [Graph.NodeID: (node: Graph.NodeID, grid: QuantizationParameters)] = [:]
  /// Node of the integer graph that holds a tensor in float.
  var floats: [Graph.NodeID: Graph.NodeID] = [:]

  init(_ model: Model) {
    self.model = model
    graph = Graph(
      architecture: model.graph.architecture, input: model.graph.inputShape,
      normalization: model.graph.normalization)
  }

  mutating func convert(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    switch node.operation {
    case .input: try convertInput(group)
    case .convolution, .dense, .batchNorm: try convertLayer(group)
    case .pool, .flatten, .dropout: try convertPassing(group)
    case .activation, .fakeQuantize: try requantize(group, from: node.inputs[0])
    case .add:
      throw .noIntegerKernel(
        node: node.name, reason: "neither summand is computed by a convolution beside it")
    case .integer:
      throw .noIntegerKernel(node: node.name, reason: "it is integer already")
    }
  }

  func finished() throws(RewriteError) -> Model {
    let last = graph.nodes[graph.output]
    guard last.operation.givesLogits else {
      throw .noIntegerKernel(
        node: last.name, reason: "an integer model ends in a dense layer, whose sums are the logits")
    }
    return Model(kind: .integer, graph: graph, parameters: parameters)
  }

  private mutating func convertInput(_ group: LayerGroup) throws(RewriteError) {
    floats[group.head] = 0
    try finishInFloat(group)
  }

  private mutating func convertLayer(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let weights = try LayerWeights(group, in: model) else {
      throw .noIntegerKernel(node: node.name, reason: "the graph was not prepared for quantization")
    }
    guard let scales = weights.scales else { return try keepInFloat(group, weights) }
    guard let source = node.inputs.first, let input = codes[source] else {
      throw .noIntegerKernel(node: node.name, reason: "the graph was not prepared for quantization")
    }
    store(weights, scales: scales, inputScale: input.grid.scale, name: node.name)
    let output = try outputGrid(of: group)
    let activation = model.graph.rectifier(of: group)
    let weightBits = weights.grid?.bits ?? 8
    var inputs = [input.node]
    if case .convolution(let convolution) = weights.operation {
      guard let output else {
        throw .noIntegerKernel(node: node.name, reason: "its output was not prepared for quantization")
      }
      var residual: QuantizationParameters?
      if let other = group.residual {
        guard let summand = codes[other] else {
          throw .noIntegerKernel(node: node.name, reason: "what is added to it was not prepared")
        }
        residual = summand.grid
        inputs.append(summand.node)
      }
      let integer = IntegerConvolution(
        convolution: convolution, input: input.grid, residual: residual, output: output,
        activation: activation, weightBits: weightBits)
      try append(node.name, .integer(.convolution(integer)), inputs: inputs, for: group.output, grid: output)
    } else if case .dense(let dense) = weights.operation {
      let integer = IntegerDense(
        dense: dense, input: input.grid, output: output, activation: activation, weightBits: weightBits)
      try append(node.name, .integer(.dense(integer)), inputs: inputs, for: group.output, grid: output)
    }
  }

  func outputGrid(of group: LayerGroup) throws(RewriteError) -> QuantizationParameters? {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = model.graph.nodes[id].operation
    else { return nil }
    return try model.quantizationParameters(quantizer).unsigned
  }

  /// What a table applies: the curve that the group is, or the rectifier that ends it.
  func activation(of group: LayerGroup) -> Activation? {
    model.graph.curve(of: group).map(Activation.curve)
      ?? model.graph.rectifier(of: group).map(Activation.rectifier)
  }

  private mutating func store(_ weights: LayerWeights, scales: [Float], inputScale: Float, name: String) {
    let rest = weights.weight.count / scales.count
    let codes = weights.weight.floats.enumerated().map { index, value in
      Int8(clamping: (value / scales[index / rest]).rounded(.toNearestOrEven))
    }
    let biases = weights.bias.floats.enumerated().map { output, value in
      wholeUnits(Double(value) + weights.constant, Double(inputScale) * Double(scales[output]))
    }
    parameters[name + ".weight"] = Tensor(shape: weights.weight.shape, elements: .int8(codes))
    parameters[name + ".scale"] = Tensor(scales)
    parameters[name + ".bias"] = Tensor(shape: [biases.count], elements: .int32(biases))
  }

  /// Appends a node whose output is a tensor's codes, or without a grid its float values.
  mutating func append(
    _ name: String, _ operation: Operation, inputs: [Graph.NodeID], for tensor: Graph.NodeID,
    grid: QuantizationParameters?
  ) throws(RewriteError) {
    let id = try graph.extend(name, operation, inputs: inputs)
    if let grid { codes[tensor] = (id, grid) } else { floats[tensor] = id }
  }
}

extension Operation {
  /// True for a dense layer whose sums are the result.
  fileprivate var givesLogits: Bool {
    if case .integer(.dense(let dense)) = self { return dense.output == nil }
    if case .dense = self { return true }
    return false
  }
}

extension QuantizationParameters {
  /// The same values on unsigned codes: a signed grid is moved up by 128, zero point and all.
  package var unsigned: QuantizationParameters {
    guard grid.minimum < 0 else { return self }
    var moved = self
    moved.zeroPoint += 128
    moved.grid.minimum += 128
    moved.grid.maximum += 128
    return moved
  }
}
