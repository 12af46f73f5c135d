import GraphIR

extension Graph {
  /// The graph that inference runs: dropout passes everything on, so what read it reads its input.
  var withoutDropout: Graph {
    var result = Graph(architecture: architecture, input: inputShape)
    var renamed: [NodeID: NodeID] = [0: 0]
    for (id, node) in nodes.enumerated().dropFirst() {
      let inputs = node.inputs.compactMap { renamed[$0] }
      if case .dropout = node.operation {
        renamed[id] = inputs.first
      } else {
        // The shapes were valid with dropout, which changes none.
        renamed[id] = try? result.append(node.name, node.operation, inputs: inputs)
      }
    }
    return result
  }
}
