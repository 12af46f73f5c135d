import GraphIR

/// Layers of an integer model that are computed in float.
extension IntegerConversion {
  /// A layer with float weights, between a dequantization and, where integers follow, a quantization.
  mutating func keepInFloat(_ group: LayerGroup, _ weights: LayerWeights) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let source = node.inputs.first else { return }
    parameters[node.name + ".weight"] = weights.weight
    parameters[node.name + ".bias"] = weights.bias
    let input = try float(source, node)
    // A layer carries an addition whose other summand is there before it.
    if let residual = group.residual { _ = try float(residual, node) }
    try append(node.name, weights.operation, inputs: [input], for: group.head, grid: nil)
    try finishInFloat(group)
  }

  /// Any other group whose input is float.
  mutating func passInFloat(_ group: LayerGroup, from source: Graph.NodeID) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    switch node.operation {
    case .pool, .flatten:
      try append(node.name, node.operation, inputs: [try float(source, node)], for: group.head, grid: nil)
    case .activation(let activation) where activation.curve != nil:
      try append(node.name, node.operation, inputs: [try float(source, node)], for: group.head, grid: nil)
    case .activation, .fakeQuantize, .dropout: floats[group.head] = try float(source, node)
    case .input, .convolution, .batchNorm, .dense, .add, .integer:
      throw .noIntegerKernel(node: node.name, reason: "its input was not prepared for quantization")
    }
    try finishInFloat(group)
  }

  /// The rest of a group whose head is in `floats`: residual, activation, quantization.
  mutating func finishInFloat(_ group: LayerGroup) throws(RewriteError) {
    guard var last = floats[group.head] else { return }
    if let add = group.add, let residual = group.residual {
      let node = model.graph.nodes[add]
      last = try graph.extend(node.name, .add, inputs: [last, try float(residual, node)])
    }
    if let id = group.activation {
      let node = model.graph.nodes[id]
      last = try graph.extend(node.name, node.operation, inputs: [last])
    }
    floats[group.output] = last
    if group.fakeQuantize != nil {
      let name = group.head == 0 ? "quantize" : model.graph.nodes[group.output].name
      try appendQuantize(group, name: name, from: last)
    }
  }

  private mutating func appendQuantize(
    _ group: LayerGroup, name: String, from source: Graph.NodeID
  ) throws(RewriteError) {
    guard let grid = try outputGrid(of: group) else { return }
    try append(name, .integer(.quantize(grid)), inputs: [source], for: group.output, grid: grid)
    // What reads this tensor sees it rounded, in float too.
    floats[group.output] = nil
  }

  /// A tensor in float: as it is, or from its codes.
  private mutating func float(_ tensor: Graph.NodeID, _ node: Graph.Node) throws(RewriteError) -> Graph.NodeID
  {
    if let id = floats[tensor] { return id }
    guard let source = codes[tensor] else {
      throw .noIntegerKernel(node: node.name, reason: "its input was not prepared for quantization")
    }
    let name = graph.nodes[source.node].name + ".dequantize"
    try append(name, .integer(.dequantize(source.grid)), inputs: [source.node], for: tensor, grid: nil)
    guard let id = floats[tensor] else {
      throw .noIntegerKernel(node: node.name, reason: "its input has no float form")
    }
    return id
  }
}
