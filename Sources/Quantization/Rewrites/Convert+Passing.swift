import GraphIR

/// Operations that work on codes as they are.
extension IntegerConversion {
  /// Pooling and flattening; a grid of its own after them takes a table.
  mutating func convertPassing(_ group: LayerGroup) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let source = node.inputs.first else { return }
    guard group.add == nil else {
      throw .noIntegerKernel(
        node: node.name, reason: "neither summand is computed by a convolution beside it")
    }
    guard let input = codes[source] else { return try passInFloat(group, from: source) }
    if case .dropout = node.operation {
      codes[group.head] = input
    } else if case .pool(let pooling) = node.operation, pooling.kind == .average, pooling.padding > 0 {
      appendPaddedAverage(pooling, node, from: input.node, for: group.head, grid: input.grid)
    } else {
      append(node.name, node.operation, inputs: [input.node], for: group.head, grid: input.grid)
    }
    codes[group.output] = codes[group.head]
    let output = try outputGrid(of: group) ?? input.grid
    if output != input.grid || group.activation != nil { try requantize(group, from: group.head) }
  }

  /// An average over padding as a depthwise convolution with equal weights: unlike pooling, that pads with the zero
  /// point.
  private mutating func appendPaddedAverage(
    _ pooling: Pooling, _ node: Graph.Node, from: Graph.NodeID, for tensor: Graph.NodeID,
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
    append(node.name, .integerConvolution(integer), inputs: [from], for: tensor, grid: grid)
  }

  /// An activation or a grid that follows no layer: a table from codes to codes.
  mutating func requantize(_ group: LayerGroup, from source: Graph.NodeID) throws(RewriteError) {
    guard let input = codes[source] else { return try passInFloat(group, from: source) }
    let name = model.graph.nodes[group.output].name
    guard let output = try outputGrid(of: group) else {
      throw .noIntegerKernel(node: name, reason: "its range was not observed")
    }
    let table = Requantization(input: input.grid, output: output, activation: activation(of: group))
    append(name, .requantize(table), inputs: [input.node], for: group.output, grid: output)
  }
}
