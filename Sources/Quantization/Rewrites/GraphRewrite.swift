package import GraphIR

/// A graph in the making out of another one: which of its nodes holds what each old node computed.
///
/// Whatever can't be carried over is an error that names the node: a rewrite never loses one.
package struct GraphRewrite {
  package private(set) var graph: Graph
  private let source: Graph
  private var outputs: [Graph.NodeID: Graph.NodeID] = [0: 0]

  /// Begins with the images, which stay what they are.
  package init(of source: Graph) {
    self.source = source
    graph = Graph(
      architecture: source.architecture, input: source.inputShape, normalization: source.normalization)
  }

  package func holds(_ id: Graph.NodeID) -> Bool { outputs[id] != nil }

  /// Appends an old node under its own name, as it is or as another operation on the same inputs.
  package mutating func carry(_ id: Graph.NodeID, as operation: Operation? = nil) throws(RewriteError) {
    let node = source.nodes[id]
    var inputs: [Graph.NodeID] = []
    for input in node.inputs { inputs.append(try output(of: input, readBy: node.name)) }
    outputs[id] = try graph.extend(node.name, operation ?? node.operation, inputs: inputs)
  }

  /// Leaves out an old node: what read it reads its first input.
  package mutating func leaveOut(_ id: Graph.NodeID) throws(RewriteError) {
    let node = source.nodes[id]
    guard let input = node.inputs.first else { throw .misfit(node: node.name, reason: "it has no input") }
    outputs[id] = try output(of: input, readBy: node.name)
  }

  /// Appends a new node to an old one's output: what read that output reads the new node.
  package mutating func follow(_ id: Graph.NodeID, _ name: String, _ operation: Operation)
    throws(RewriteError)
  {
    outputs[id] = try graph.extend(name, operation, inputs: [try output(of: id, readBy: name)])
  }

  private func output(of id: Graph.NodeID, readBy node: String) throws(RewriteError) -> Graph.NodeID {
    guard let output = outputs[id] else {
      throw .misfit(node: node, reason: "it reads what was not carried over")
    }
    return output
  }
}

extension Graph {
  /// The graph with another operation for each node; a node for which there is none is left out, and what read it reads
  /// its first input.
  package func rewritten(
    _ operation: (Node) throws(RewriteError) -> Operation?
  ) throws(RewriteError) -> Graph {
    try rewritten { _, node throws(RewriteError) in try operation(node) }
  }

  /// The same where a node's place decides too.
  package func rewritten(
    _ operation: (NodeID, Node) throws(RewriteError) -> Operation?
  ) throws(RewriteError) -> Graph {
    var rewrite = GraphRewrite(of: self)
    for (id, node) in nodes.enumerated().dropFirst() {
      if let operation = try operation(id, node) {
        try rewrite.carry(id, as: operation)
      } else {
        try rewrite.leaveOut(id)
      }
    }
    return rewrite.graph
  }

  /// Appends a node to a graph in the making.
  mutating func extend(_ name: String, _ operation: Operation, inputs: [NodeID]) throws(RewriteError)
    -> NodeID
  {
    do { return try append(name, operation, inputs: inputs) } catch {
      throw .misfit(node: error.node, reason: error.reason)
    }
  }
}
