import GraphIR
import ONNXFormat
import SwiftProtobuf
import Testing

@Suite struct ExportTests {
  /// A float network of an architecture with fresh weights, for images of 28 pixels.
  private func network(_ name: String) throws -> Model {
    let graph = try #require(Architecture.named(name)).build(Shape(channels: 1, height: 28, width: 28), 10)
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
  }

  @Test(arguments: Architecture.all.map(\.name).filter { !$0.hasPrefix("vgg") && !$0.hasPrefix("resnet50") })
  func aNetworkThatWentOutComesBackAsItWas(name: String) throws {
    let model = try network(name)
    let back = try importedNetwork(from: exported(model, ExportOptions()).bytes)
    #expect(back.parameters == model.parameters)
    // What does nothing in inference stays behind.
    let layers = model.graph.nodes.filter { if case .dropout = $0.operation { false } else { true } }
    #expect(back.graph.nodes.map(\.shape) == layers.map(\.shape))
    #expect(back.graph.nodes.map(\.name) == layers.map(\.name))
  }

  @Test(arguments: Opset.all)
  func theFormatsVersionIsThatOfTheOperators(opset: Int) throws {
    let file = try exported(network("lenet5"), ExportOptions(opset: opset))
    let message = try ONNXModel(serializedBytes: file.bytes)
    #expect(message.operatorSets.map(\.version) == [Int64(opset)])
    #expect((7...10).contains(message.irVersion))
    #expect(message.graph.nodes.count == file.nodes)
  }

  @Test func pixelsAreStandardisedInTheGraph() throws {
    let options = ExportOptions(
      standardisation: Normalization(mean: [0.25], deviation: [0.5]),
      metadata: ["classes": "[]", "accuracy": "0.5"])
    let message = try ONNXModel(serializedBytes: exported(network("lenet5"), options).bytes)
    #expect(message.graph.nodes.prefix(3).map(\.operation) == ["Div", "Sub", "Div"])
    #expect(message.metadata.map(\.key) == ["accuracy", "classes"])
  }

  @Test func aFakeQuantizedModelIsRefused() throws {
    var model = try network("lenet5")
    model.kind = .fakeQuantized
    #expect(throws: ExportError.fakeQuantized) { try exported(model, ExportOptions()) }
  }

  @Test func aMissingParameterIsNamed() throws {
    var model = try network("lenet5")
    model.parameters["conv2.bias"] = nil
    #expect(throws: ExportError.parameter("conv2.bias")) { try exported(model, ExportOptions()) }
    model.parameters["conv2.bias"] = Tensor([1, 2])
    #expect(throws: ExportError.parameter("conv2.bias")) { try exported(model, ExportOptions()) }
  }
}
