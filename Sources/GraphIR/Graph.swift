/// A network as a value: nodes in execution order, each naming the earlier nodes that feed it.
package struct Graph: Hashable, Sendable, Codable {
  package typealias NodeID = Int

  package struct Node: Hashable, Sendable, Codable {
    /// Name within the model, and the prefix of its parameters: `layer1.0.conv1`.
    package var name: String
    package var operation: Operation
    package var inputs: [NodeID]
    package var shape: Shape
  }

  /// Architecture that the graph was built from, as the user wrote it.
  package var architecture: String
  package private(set) var nodes: [Node]
  package private(set) var output: NodeID
  /// What images are standardised with before they come in; nil where that is for the data to say.
  package var normalization: Normalization?

  /// A graph of one node: the images that come in.
  package init(architecture: String, input: Shape, normalization: Normalization? = nil) {
    self.architecture = architecture
    self.normalization = normalization
    nodes = [Node(name: "input", operation: .input, inputs: [], shape: input)]
    output = 0
  }

  package var inputShape: Shape { nodes[0].shape }
  package var outputShape: Shape { nodes[output].shape }
  package var classes: Int { outputShape.count }

  /// The last dense layer, which gives the logits.
  package var headLayer: String? {
    nodes.last { node in
      if case .dense = node.operation { true } else { false }
    }?.name
  }

  /// The same layers for images that are standardised as the data has it.
  package var withoutNormalization: Graph {
    var graph = self
    graph.normalization = nil
    return graph
  }

  /// Appends a node, which becomes the output; the shape follows from its inputs.
  @discardableResult
  package mutating func append(
    _ name: String, _ operation: Operation, _ inputs: NodeID...
  ) throws(ShapeError) -> NodeID {
    try append(name, operation, inputs: inputs)
  }

  @discardableResult
  package mutating func append(
    _ name: String, _ operation: Operation, inputs: [NodeID]
  ) throws(ShapeError) -> NodeID {
    precondition(inputs.allSatisfy(nodes.indices.contains), "a node is fed by earlier nodes only")
    let shape = try operation.outputShape(inputs.map { nodes[$0].shape }, node: name)
    nodes.append(Node(name: name, operation: operation, inputs: inputs, shape: shape))
    output = nodes.count - 1
    return output
  }

  /// For each node, the nodes that it feeds, in order.
  package var consumers: [[NodeID]] {
    var consumers = Array(repeating: [NodeID](), count: nodes.count)
    for (id, node) in nodes.enumerated() {
      for input in node.inputs { consumers[input].append(id) }
    }
    return consumers
  }
}
