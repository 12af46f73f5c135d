/// The arithmetic of a network's convolutions and dense layers, by its definition: a multiplication and an addition for
/// each weight at each place of the output, whatever algorithm computes them.
extension Graph {
  /// Multiplications and additions of a forward pass over one image.
  package var forwardOperations: Int {
    nodes.indices.reduce(0) { $0 + operations(of: $1) }
  }

  /// Multiplications and additions of a training step over one image: each layer forward, as many for the gradient of its
  /// weights and as many for that of its input, which layers need only where weights come before them.
  package var trainingOperations: Int {
    var follows = [Bool](repeating: false, count: nodes.count)
    var total = 0
    for (id, node) in nodes.enumerated() {
      let comesAfter = node.inputs.contains { follows[$0] }
      total += (comesAfter ? 3 : 2) * operations(of: id)
      follows[id] = comesAfter || node.operation.traits.parameterCount > 0
    }
    return total
  }

  private func operations(of id: NodeID) -> Int {
    2 * nodes[id].operation.traits.fanIn * nodes[id].shape.count
  }
}
