package import GraphIR
import SwiftProtobuf

/// A network that came in, ready to be trained and quantized.
package struct ImportedNetwork: Sendable {
  package var graph: Graph
  package var parameters: ParameterSet
  /// The program that wrote the file, as it names itself; may be empty.
  package var producer: String
  package var opset: Int
  /// Texts that lie in the file beside the network.
  package var metadata: [String: String]
}

/// The network of an ONNX file: convolutions, batch norm, ReLU, LeakyReLU, HardSwish, pooling, additions, dense layers.
///
/// Layers are called as their weights are (`layer1.0.conv1` of `layer1.0.conv1.weight`), or as their node's path says.
/// `input` is the shape of an image where the file leaves height and width open. Throws `ImportError`, with the name of
/// the node that can't be taken.
package func importedNetwork(
  from bytes: consuming [UInt8], input: Shape? = nil, named architecture: String = "onnx"
) throws(ImportError) -> ImportedNetwork {
  var file = try ONNXModel(checking: bytes)
  var reader = NetworkReader(try file.imageInput(input))
  // Each tensor leaves the message when it is read, so that there are two copies of the weights at the most.
  file.graph.constants.reverse()
  while let tensor = file.graph.constants.popLast() {
    reader.constants[tensor.name] = try ImportedConstant(tensor)
  }
  for node in file.graph.nodes { try reader.read(node, opset: file.opset) }
  guard file.graph.outputs.count == 1 else {
    throw .ends("it has \(file.graph.outputs.count) outputs, and a network here has one: the logits")
  }
  let (graph, parameters) = try reader.network(
    endingIn: file.graph.outputs[0].name, architecture: architecture)
  if let name = parameters.firstNotFinite {
    throw .constant(name: name, reason: "holds a value that is infinite or not a number")
  }
  return ImportedNetwork(
    graph: graph, parameters: parameters,
    producer: [file.producerName, file.producerVersion].filter { !$0.isEmpty }.joined(separator: " "),
    opset: file.opset,
    metadata: Dictionary(file.metadata.map { ($0.key, $0.value) }) { first, _ in first })
}

extension ONNXModel {
  /// Reads a message and what it says of its version.
  fileprivate init(checking bytes: consuming [UInt8]) throws(ImportError) {
    do {
      try self.init(serializedBytes: bytes)
    } catch {
      throw .damaged("its bytes do not decode")
    }
    guard hasGraph, !graph.nodes.isEmpty else { throw .damaged("it has no graph") }
    guard graph.nodes.count <= 100_000 else { throw .damaged("it has \(graph.nodes.count) nodes") }
    guard opset >= oldestOpset else { throw .opset(opset) }
  }

  /// Version of ONNX's own operators; 0 where none is given.
  fileprivate var opset: Int {
    operatorSets.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }.flatMap { Int(exactly: $0.version) }
      ?? 0
  }

  /// The input that is no constant, and its shape.
  fileprivate func imageInput(_ given: Shape?) throws(ImportError) -> (
    name: String, shape: Shape, batch: Int64?
  ) {
    let constants = Set(graph.constants.map(\.name))
    let inputs = graph.inputs.filter { !constants.contains($0.name) }
    guard inputs.count == 1, let input = inputs.first else {
      throw .ends("it has \(inputs.count) inputs, and a network here has one: the images")
    }
    let extents = input.type.tensor.shape.extents
    guard input.type.tensor.element == Int32(ONNXTensor.Element.float32.rawValue), extents.count == 4 else {
      throw .ends("its input \(input.name) is no batch of images as float32 [batch, channels, height, width]")
    }
    let sizes = extents.dropFirst().map { $0.count > 0 ? Int(exactly: $0.count) : nil }
    let otherwise = [given?.channels, given?.height, given?.width]
    let known = zip(sizes, otherwise).compactMap { $0 ?? $1 }
    guard known.count == 3 else {
      throw .ends("it leaves the size of its images open: choose the data first, whose images have one")
    }
    let shape = Shape(channels: known[0], height: known[1], width: known[2])
    guard shape.isPossible else { throw .ends("its images of \(shape) are impossible") }
    return (input.name, shape, extents[0].count > 0 ? extents[0].count : nil)
  }
}
