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
    if case .pool(let pooling) = node.operation, pooling.kind == .average {
      return try convertAverage(pooling, group, input)
    }
    if case .dropout = node.operation {
      codes[group.head] = input
    } else {
      try append(node.name, node.operation, inputs: [input.node], for: group.head, grid: input.grid)
    }
    codes[group.output] = codes[group.head]
    let output = try outputGrid(of: group) ?? input.grid
    if output != input.grid || group.activation != nil { try requantize(group, from: group.head) }
  }

  /// An average with what follows it: it is rounded once, to the grid that the group ends on.
  private mutating func convertAverage(
    _ pooling: Pooling, _ group: LayerGroup, _ input: (node: Graph.NodeID, grid: QuantizationParameters)
  ) throws(RewriteError) {
    let output = try outputGrid(of: group) ?? input.grid
    let integer = IntegerPooling(
      pooling: pooling, input: input.grid, output: output, activation: model.graph.rectifier(of: group))
    try append(
      model.graph.nodes[group.head].name, .integer(.pool(integer)), inputs: [input.node], for: group.output,
      grid: output)
  }

  /// An activation or a grid that follows no layer: a table from codes to codes.
  mutating func requantize(_ group: LayerGroup, from source: Graph.NodeID) throws(RewriteError) {
    guard let input = codes[source] else { return try passInFloat(group, from: source) }
    let name = model.graph.nodes[group.output].name
    guard let output = try outputGrid(of: group) else {
      if model.graph.curve(of: group) != nil { return try passInFloat(group, from: source) }
      throw .noIntegerKernel(node: name, reason: "its range was not observed")
    }
    let table = Requantization(input: input.grid, output: output, activation: activation(of: group))
    try append(name, .integer(.requantize(table)), inputs: [input.node], for: group.output, grid: output)
  }
}
