import GraphIR
import OneDNN
import Quantization

/// What a plan keeps of a node: its output in row-major order.
struct CapturedTensor {
  var tensor: ActivationTensor
  /// Grid of codes; nil where the values are float.
  var grid: QuantizationParameters?
}

extension InferencePlanner {
  /// Copies the outputs that were asked for as soon as their group is computed: later layers may write over them.
  mutating func capture(_ group: LayerGroup) throws {
    for id in [group.head, group.output] where captures.contains(id) && captured[id] == nil {
      guard var tensor = tensors[id] else { continue }
      tensor = try widened(tensor, label: graph.nodes[id].name + " capture")
      captured[id] = CapturedTensor(
        tensor: try rowMajorCopy(of: tensor, label: graph.nodes[id].name + " capture"),
        grid: tensor.type == .uint8 ? graph.codeGrid(of: id) : nil)
    }
  }

  /// Throws where a node was asked for that is computed inside another's code.
  func requireCaptures(_ groups: [LayerGroup]) throws(PlanError) {
    for id in captures.sorted() where captured[id] == nil {
      let group = groups.first { [$0.norm, $0.add, $0.activation, $0.head].contains(id) }
      let end = group.map { graph.nodes[$0.output].name } ?? "another layer"
      throw .unsupported(
        node: graph.nodes[id].name, reason: "it is computed together with \(end), whose output can be read")
    }
  }

  private mutating func rowMajorCopy(of tensor: ActivationTensor, label: String) throws -> ActivationTensor {
    let isRowMajor = tensor.shape.spatial == 1 && tensor.paddedChannels == tensor.shape.channels
    let copy =
      isRowMajor
      ? newTensor(tensor.layout, tensor.shape, tensor.type)
      : newTensor(
        try TensorLayout.plain(tensor.shape.dimensions(batch: batch), tensor.type), tensor.shape, tensor.type)
    try appendCopy(of: tensor, to: copy, label: label)
    memory.touch(copy.buffer, at: Int.max)
    return copy
  }
}
