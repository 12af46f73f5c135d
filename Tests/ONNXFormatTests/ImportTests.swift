import Execution
import Foundation
import GraphIR
import ONNXFormat
import Quantization
import SwiftProtobuf
import Testing

/// Networks as torch.onnx.export writes them; `Scripts/onnx-networks` makes the files, and onnxruntime their logits.
@Suite struct ImportTests {
  struct Numbers: Decodable {
    var input: [Float]
    var logits: [Float]
  }

  static let names = ["residual-9", "residual-17", "residual-20", "chain-11", "chain-18"]

  static func bytes(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "onnx"))
    return [UInt8](try Data(contentsOf: url))
  }

  @Test(arguments: names)
  func logitsAreThoseOfOnnxruntime(name: String) throws {
    let network = try importedNetwork(from: Self.bytes(name))
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
    let numbers = try JSONDecoder().decode(Numbers.self, from: Data(contentsOf: url))
    let model = Model(kind: .float, graph: network.graph, parameters: network.parameters)
    let plan = try InferencePlan(foldBatchNorm(model), batch: 2)
    for (index, value) in numbers.input.enumerated() { plan.input[index] = value }
    try plan.run()
    for (found, wanted) in zip(plan.logits, numbers.logits) { #expect(abs(found - wanted) < 1e-4) }
    #expect(plan.logits.count == numbers.logits.count)
  }

  @Test func layersAreCalledAsTheirWeights() throws {
    let network = try importedNetwork(from: Self.bytes("residual-17"))
    let names = network.graph.nodes.map(\.name)
    #expect(names.contains("layer1.1.downsample.0") && names.contains("layer1.0.bn2") && names.last == "fc")
    #expect(network.parameters["layer1.0.bn2.running_var"]?.count == 6)
    #expect(network.opset == 17 && network.producer.hasPrefix("pytorch"))
    // Files whose batch norms are folded still say where a layer lies.
    #expect(
      try importedNetwork(from: Self.bytes("residual-9")).graph.nodes.map(\.name).contains("layer1.0.conv2"))
  }

  /// A file of the chain with one thing changed.
  private func changed(_ name: String = "chain-11", _ change: (inout ONNXModel) -> Void) throws -> [UInt8] {
    var file = try ONNXModel(serializedBytes: Self.bytes(name))
    change(&file)
    return try file.serializedBytes()
  }

  private func refusal(_ bytes: [UInt8], input: Shape? = nil) -> String {
    do {
      _ = try importedNetwork(from: bytes, input: input)
      return ""
    } catch {
      return error.message
    }
  }

  private func position(_ file: ONNXModel, _ operation: String) -> Int {
    file.graph.nodes.firstIndex { $0.operation == operation } ?? 0
  }

  @Test func whatIsNotKnownIsRefusedByTheNodesName() throws {
    let softmax = try changed { $0.graph.nodes[position($0, "Relu")].operation = "Softmax" }
    #expect(refusal(softmax).contains("(Softmax) is no layer that a network here can have"))
    let dilated = try changed { file in
      let conv = position(file, "Conv")
      for index in file.graph.nodes[conv].attributes.indices
      where file.graph.nodes[conv].attributes[index].name == "dilations" {
        file.graph.nodes[conv].attributes[index].integers = [2, 2]
      }
    }
    #expect(refusal(dilated).contains("/features/features.0/Conv (Conv) has dilations"))
    let old = try changed { $0.operatorSets[0].version = 8 }
    #expect(refusal(old).contains("opset 8"))
    let foreign = try changed { $0.graph.nodes[position($0, "Conv")].domain = "com.microsoft" }
    #expect(refusal(foreign).contains("is of the domain com.microsoft"))
    let external = try changed { file in
      var entry = ONNXEntry()
      (entry.key, entry.value) = ("location", "/etc/passwd")
      file.graph.constants[0].external = [entry]
      file.graph.constants[0].location = 1
    }
    #expect(refusal(external).contains("lies in another file"))
    let open = try changed { $0.graph.inputs[0].type.tensor.shape.extents[2].name = "height" }
    #expect(refusal(open).contains("leaves the size of its images open"))
    #expect(refusal(open, input: Shape(channels: 3, height: 16, width: 16)) == "")
  }

  @Test func constantsMustFillTheirShape() throws {
    let short = try changed { $0.graph.constants[0].raw = $0.graph.constants[0].raw.dropLast(4) }
    #expect(refusal(short).contains("its shape needs"))
    let huge = try changed { $0.graph.constants[0].extents = [1 << 40, 1 << 40] }
    #expect(refusal(huge).contains("has an impossible shape"))
    let notANumber = try changed {
      $0.graph.constants[0].raw.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F])
    }
    #expect(refusal(notANumber).contains("infinite or not a number"))
  }

  @Test func randomChangesNeverTrap() throws {
    var generator = SeededGenerator(seed: 11, purpose: "damaged networks")
    var read = 0
    for name in Self.names {
      let whole = try Self.bytes(name)
      for _ in 0..<400 {
        var bytes = whole
        for _ in 0...Int.random(in: 0..<6, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes[place] ^= 1 << Int.random(in: 0..<8, using: &generator)
          case 2: bytes.removeLast(Int.random(in: 0..<bytes.count / 2, using: &generator))
          default:
            bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0x7F], at: place)
          }
        }
        if (try? importedNetwork(from: bytes)) != nil { read += 1 }
      }
    }
    // Most changes are of weights.
    #expect(read > 100)
  }
}
