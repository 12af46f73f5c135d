import Foundation
import GraphIR
import ONNXFormat
import SwiftProtobuf
import Testing

/// The form of integer models in a file; what runtimes compute from it is held by the tests from outside.
@Suite struct IntegerExportTests {
  /// images → codes → convolution, a second one that adds the first one's output → dense layer.
  private func model(_ backend: Backend, curve: Activation? = nil, bits: Int = 8) throws -> Model {
    var graph = Graph(architecture: "small", input: Shape(channels: 1, height: 4, width: 4))
    var parameters = ParameterSet()
    let images = backend.parameters(scale: 0.02)
    let inner = backend.parameters(scale: 0.03, afterRectifier: true)
    try graph.append("quantize", .integer(.quantize(images)), 0)
    func layer(_ name: String, _ input: Int, residual: Graph.NodeID?, reads: QuantizationParameters) throws {
      let convolution = Convolution(inputs: input, outputs: 2, kernel: 3, padding: 1)
      let operation = IntegerConvolution(
        convolution: convolution, input: reads, residual: residual == nil ? nil : inner, output: inner,
        activation: .relu, weightBits: bits)
      let last = graph.output
      try graph.append(name, .integer(.convolution(operation)), inputs: [last] + [residual].compactMap { $0 })
      let count = 18 * input
      parameters[name + ".weight"] = Tensor(
        shape: convolution.weightShape, elements: .int8((0..<count).map { Int8($0 % 15 - 7) }))
      parameters[name + ".scale"] = Tensor([0.01, 0.02])
      parameters[name + ".bias"] = Tensor(shape: [2], elements: .int32([3, -4]))
    }
    try layer("conv1", 1, residual: nil, reads: images)
    try layer("conv2", 2, residual: 2, reads: inner)
    var last = inner
    if let curve {
      last = backend.parameters(scale: 0.04)
      try graph.append(
        "curve", .integer(.requantize(Requantization(input: inner, output: last, activation: curve))),
        graph.output)
    }
    try graph.append("flatten", .flatten, graph.output)
    try graph.append(
      "fc", .integer(.dense(IntegerDense(dense: Dense(inputs: 32, outputs: 3), input: last))), graph.output)
    parameters["fc.weight"] = Tensor(shape: [3, 32], elements: .int8(Array(repeating: 1, count: 96)))
    parameters["fc.scale"] = Tensor([0.1, 0.1, 0.1])
    parameters["fc.bias"] = Tensor(shape: [3], elements: .int32([1, 2, 3]))
    return Model(kind: .integer, graph: graph, parameters: parameters)
  }

  /// Unsigned codes as an integer model has them.
  enum Backend {
    case affine, symmetric

    func parameters(scale: Float, afterRectifier: Bool = false) -> QuantizationParameters {
      switch self {
      case .affine:
        QuantizationParameters(
          scale: scale, zeroPoint: afterRectifier ? 0 : 100,
          grid: QuantizationGrid(minimum: 0, maximum: 255, symmetric: false))
      case .symmetric:
        QuantizationParameters(
          scale: scale, zeroPoint: 128, grid: QuantizationGrid(minimum: 1, maximum: 255, symmetric: true))
      }
    }
  }

  private func written(_ model: Model, _ options: ExportOptions) throws -> ONNXGraph {
    try ONNXModel(serializedBytes: exported(model, options).bytes).graph
  }

  @Test func onnxruntimeGetsSumsWhereAResidualIsAdded() throws {
    let graph = try written(model(.affine), ExportOptions())
    #expect(graph.nodes.filter { $0.operation == "ConvInteger" }.map(\.name) == ["conv2"])
    #expect(graph.nodes.filter { $0.operation == "Conv" }.map(\.name) == ["conv1"])
    // A rectifier whose zero point is the least code is followed by its rounding alone.
    let relu = try #require(graph.nodes.firstIndex { $0.name == "conv1.relu" })
    #expect(graph.nodes[relu].inputs == ["conv1"] && graph.nodes[relu + 1].operation == "QuantizeLinear")
    let sums = try written(model(.affine), ExportOptions(target: .openvino))
    #expect(sums.nodes.count { $0.operation == "Conv" } == 2)
  }

  @Test func everyLayerReadsAndLeavesCodes() throws {
    for target in [ExportTarget.onnxruntime, .openvino] {
      let graph = try written(model(.affine), ExportOptions(target: target))
      let makers = Dictionary(graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }) { $1 }
      for node in graph.nodes where ["Conv", "Gemm"].contains(node.operation) {
        #expect(node.inputs.allSatisfy { makers[$0]?.operation == "DequantizeLinear" }, "\(node.name)")
      }
      for constant in graph.constants where constant.name.hasPrefix("zero") {
        #expect(constant.extents.isEmpty, "\(constant.name)")
      }
    }
  }

  @Test func tensorrtGetsSignedCodesWithZeroPointZero() throws {
    let graph = try written(model(.symmetric), ExportOptions(target: .tensorrt))
    let constants = Dictionary(graph.constants.map { ($0.name, $0) }) { $1 }
    #expect(graph.constants.allSatisfy { $0.element != .uint8 && $0.element != .int4 })
    for node in graph.nodes where node.operation.hasSuffix("eLinear") {
      #expect(node.inputs.count == 3, "\(node.name): zero points are written")
      let zero = try #require(constants[node.inputs[2]])
      #expect(zero.element == .int8 && zero.raw.allSatisfy { $0 == 0 }, "\(node.name)")
      let scales = try #require(constants[node.inputs[1]])
      #expect(scales.element == .float32)
      // A scale a channel on weights alone.
      #expect(scales.extents.isEmpty || constants[node.inputs[0]] != nil, "\(node.name)")
    }
    let makers = Dictionary(graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }) { $1 }
    for node in graph.nodes where ["Conv", "Gemm"].contains(node.operation) {
      #expect(try #require(constants[node.inputs[2]]).element == .float32, "\(node.name): its bias is float")
    }
    let add = try #require(graph.nodes.first { $0.operation == "Add" })
    #expect(
      makers[add.inputs[0]]?.operation == "Conv" && makers[add.inputs[1]]?.operation == "DequantizeLinear")
  }

  @Test func tensorrtRefusesOtherGridsByTheLayersName() throws {
    #expect(throws: ExportError.zeroPoint(layer: "quantize", zeroPoint: 100)) {
      try exported(model(.affine), ExportOptions(target: .tensorrt))
    }
    #expect(throws: ExportError.zeroPoint(layer: "quantize", zeroPoint: 100)) {
      try checkExport(of: model(.affine).graph, ExportOptions(target: .tensorrt))
    }
  }

  @Test(arguments: [(21, ONNXTensor.Element.int4), (20, .int8)])
  func weightsOfFourBitsTakeFourFromOpset21On(opset: Int, element: ONNXTensor.Element) throws {
    let graph = try written(model(.affine, bits: 4), ExportOptions(target: .openvino, opset: opset))
    let weight = try #require(graph.constants.first { $0.name == "conv1.weight" })
    #expect(weight.element == element)
    #expect(weight.raw.count == (element == .int4 ? 9 : 18))
    // −7 and −6, the first in the low bits.
    if element == .int4 { #expect(weight.raw.first == 0xA9) }
  }

  @Test func hardSwishNeedsItsOpset() throws {
    let model = try model(.affine, curve: Activation("hardswish"))
    _ = try exported(model, ExportOptions(opset: 14))
    #expect(throws: ExportError.needsOpset(layer: "curve", operation: "HardSwish", opset: 14)) {
      try checkExport(of: model.graph, ExportOptions(opset: 13))
    }
  }

  @Test func theBiasOfTensorrtKnowsTheResidualsZeroPoint() throws {
    let graph = try written(model(.symmetric), ExportOptions(target: .tensorrt))
    let bias = try #require(graph.constants.first { $0.name == "conv2.bias" })
    let values = bias.raw.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    // In the integer model the bias has 128 steps of the residual's scale taken out.
    #expect(abs(values[0] - (3 * 0.01 * 0.03 + 128 * 0.03)) < 1e-5)
  }
}
