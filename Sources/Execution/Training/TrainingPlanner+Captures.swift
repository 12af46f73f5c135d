import GraphIR
import OneDNN

/// A group's output that a loss looks at, row-major, and where the gradient of that loss comes in.
struct TaughtTensor {
  /// Names of the group's nodes.
  var members: [String]
  var shape: Shape
  var values: BufferID
  var gradient: BufferID
}

extension TrainingPlanner {
  /// Copies a group's output to row-major memory where a loss looks at it.
  mutating func captureOutput(of group: LayerGroup) throws {
    let members = graph.memberNames(of: group)
    guard let name = captureNames.first(where: members.contains) else { return }
    guard let tensor = tensors[group.output], group.head != 0 else {
      throw PlanError.unsupported(node: name, reason: "it is not computed, so there is nothing to teach it")
    }
    let plain = try TensorLayout.plain(tensor.shape.dimensions(batch: batch))
    let values = memory.reserve(plain.byteCount)
    try appendReorder(
      name + " capture", from: .buffer(tensor.buffer), tensor.imageLayout(plain: plain), to: values, plain)
    captures[group.output] = TaughtTensor(
      members: members, shape: tensor.shape, values: values, gradient: memory.reserve(plain.byteCount))
  }

  /// Keeps what a loss reads and writes between the passes alive there; to be called between them.
  mutating func openCaptures() {
    for captured in captures.values {
      memory.touch(captured.values, at: steps.count)
      memory.touch(captured.gradient, at: steps.count)
    }
  }

  /// Adds the gradient of the loss to what arrives at the group's output from the layers that it feeds.
  mutating func injectGradient(into group: LayerGroup) throws {
    guard let captured = captures[group.output] else { return }
    memory.touch(captured.gradient, at: steps.count)
    try passOn(
      captured.gradient, TensorLayout.plain(captured.shape.dimensions(batch: batch)), to: group.output,
      graph.nodes[group.output])
  }
}

extension ActivationTensor {
  /// The layout as of an image; over one pixel each image's channels lie together in every layout.
  func imageLayout(plain: TensorLayout) -> TensorLayout {
    shape.spatial == 1 && paddedChannels == shape.channels ? plain : layout
  }
}

extension Graph {
  func memberNames(of group: LayerGroup) -> [String] {
    [group.head, group.norm, group.add, group.activation, group.fakeQuantize].compactMap { $0 }
      .map { nodes[$0].name }
  }
}
