import GraphIR

extension Graph {
  /// Why a graph from a file must not be used, as a clause; nil where every node is fed by earlier ones,
  /// its sizes are possible, and its shape follows from theirs.
  ///
  /// `append` grants this to graphs that the program makes; a decoded one has not gone through it.
  var flaw: String? {
    guard !nodes.isEmpty else { return "its graph has no nodes" }
    guard nodes.indices.contains(output) else { return "its graph's output is not one of its nodes" }
    if let normalization, !normalization.isPossible || normalization.channels != inputShape.channels {
      return "its images' mean and deviation are not those of its channels"
    }
    for (id, node) in nodes.enumerated() {
      guard (node.operation == .input) == (id == 0), node.inputs.isEmpty == (id == 0) else {
        return "node \"\(node.name)\" is an input in the wrong place, or has none"
      }
      guard node.inputs.allSatisfy({ 0 <= $0 && $0 < id }) else {
        return "node \"\(node.name)\" is fed by a later node"
      }
      guard node.shape.isPossible, node.operation.traits.isPossible else {
        return "node \"\(node.name)\" has impossible sizes"
      }
      if id > 0,
        (try? node.operation.outputShape(node.inputs.map { nodes[$0].shape }, node: node.name)) != node.shape
      {
        return "the shape of node \"\(node.name)\" does not follow from its inputs"
      }
    }
    return nil
  }
}
