package import GraphIR
import SwiftProtobuf

/// A model as the bytes of a file.
package struct ExportedModel: Sendable {
  package var bytes: [UInt8]
  package var nodes: Int
  package var opset: Int
}

/// A model in ONNX's form: float layers as they are, integer ones as the same layer between dequantizations and
/// quantizations (QDQ), which runtimes fuse to integer kernels.
///
/// Input `images` [batch, channels, height, width], output `logits` [batch, classes], both float32. A layer's nodes and
/// constants begin with its name. Throws `ExportError` before anything is made where the target can't take a layer.
package func exported(_ model: Model, _ options: ExportOptions) throws(ExportError) -> ExportedModel {
  guard model.kind != .fakeQuantized else { throw .fakeQuantized }
  var export = ModelExport(model, options)
  for id in model.graph.nodes.indices { try export.write(id) }
  return try export.finished()
}

struct ModelExport {
  let model: Model
  let options: ExportOptions
  var writer: GraphWriter
  /// What each node of the model became.
  var tensors: [Graph.NodeID: WrittenTensor] = [:]

  var graph: Graph { model.graph }
  var target: ExportTarget { options.target }

  init(_ model: Model, _ options: ExportOptions) {
    self.model = model
    self.options = options
    writer = GraphWriter(name: model.graph.architecture, ends: [Self.input, Self.output])
  }

  static let input = "images"
  static let output = "logits"

  mutating func write(_ id: Graph.NodeID) throws(ExportError) {
    let node = graph.nodes[id]
    switch node.operation {
    case .input: tensors[id] = writeInput(node)
    case .integer(let operation): tensors[id] = try writeInteger(operation, node)
    case .fakeQuantize: throw .noCounterpart(layer: node.name, what: "fake quantization")
    case .pool, .flatten, .dropout:
      tensors[id] = try source(node).grid == nil ? writeFloat(node) : writePassing(node)
    case .convolution, .batchNorm, .activation, .dense, .add: tensors[id] = try writeFloat(node)
    }
  }

  func source(_ node: Graph.Node, _ place: Int = 0) throws(ExportError) -> WrittenTensor {
    guard node.inputs.indices.contains(place), let tensor = tensors[node.inputs[place]] else {
      throw .noCounterpart(layer: node.name, what: "which has no input")
    }
    return tensor
  }

  /// The images, standardised here where that is asked for: (p/255 − mean)/deviation, as training does it.
  private mutating func writeInput(_ node: Graph.Node) -> WrittenTensor {
    let shape = node.shape
    let extents = [shape.channels, shape.height, shape.width].map { ONNXExtent.count($0) }
    writer.input(Self.input, shape: [ONNXExtent.named("batch")] + extents)
    var name = Self.input
    if let standardisation = options.standardisation {
      let channels = [1, shape.channels, 1, 1]
      let whole = writer.scalar(255)
      name = writer.add("Div", "standardise.scale", [name, whole])
      let mean = writer.floats("standardise.mean", standardisation.mean, shape: channels)
      name = writer.add("Sub", "standardise.shift", [name, mean])
      let deviation = writer.floats("standardise.deviation", standardisation.deviation, shape: channels)
      name = writer.add("Div", "standardise", [name, deviation])
    }
    return WrittenTensor(name: name, isImage: true)
  }

  mutating func finished() throws(ExportError) -> ExportedModel {
    guard let last = tensors[graph.output] else {
      throw .noCounterpart(layer: "", what: "which has no layer")
    }
    let rows = vector(last, Self.output + ".flatten")
    writer.output(
      try float(rows, Self.output + ".values"), as: Self.output,
      shape: [.named("batch"), .count(graph.classes)])
    var file = ONNXModel()
    file.irVersion = Opset.formatVersion(options.opset)
    file.producerName = "qatlab"
    var operators = ONNXOperatorSet()
    operators.version = Int64(options.opset)
    file.operatorSets = [operators]
    file.graph = writer.graph
    file.metadata = options.metadata.sorted { $0.key < $1.key }.map { key, value in
      var entry = ONNXEntry()
      (entry.key, entry.value) = (key, value)
      return entry
    }
    let size = writer.graph.constants.reduce(0) { $0 + $1.raw.count }
    do {
      return ExportedModel(
        bytes: try file.serializedBytes(), nodes: writer.graph.nodes.count, opset: options.opset)
    } catch {
      // Nothing else can be wrong with messages that were made here.
      throw .tooLarge(bytes: size)
    }
  }
}

/// A value of the file: floats, or codes on a grid.
struct WrittenTensor {
  var name: String
  /// Grid of the codes, as the model has it; nil of floats.
  var grid: QuantizationParameters?
  /// True for [batch, channels, height, width], false for [batch, features].
  var isImage: Bool
}
