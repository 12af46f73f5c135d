import Datasets
import GraphIR
import Quantization
import Testing
import Training

@Suite struct LayerDifferenceTests {
  static func student(_ data: Dataset, seed: UInt64 = 0) throws -> Model {
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64, learningRate: 3e-3, seed: seed, quantization: QuantizationRecipe())
    return try train(
      TrainingTests.tiny(data), on: data, recipe: recipe, cancellation: Cancellation()
    ) { _ in }.model
  }

  /// One of whose sums before a layer none lies at an edge between two codes: with some weights one does, by chance.
  static func studentWithoutTies(before layer: String, _ data: Dataset) throws -> Model {
    for seed in UInt64(0)..<8 {
      let student = try student(data, seed: seed)
      let result = try difference(
        between: student, and: convert(student), on: data.test, of: data, count: 32)
      let before = result.layers.prefix { $0.name != layer }
      if before.allSatisfy({ $0.differing == 0 }) { return student }
    }
    throw NoStudent()
  }

  struct NoStudent: Error {}

  @Test func everyLayerComputesItsOwnCodesAsExactArithmeticDoes() throws {
    let data = try TrainingTests.shapes()
    let student = try Self.student(data)
    let result = try difference(
      between: student, and: convert(student), on: data.test, of: data, count: 64)
    #expect(result.images == 64)
    #expect(result.layers.first?.name == "quantize" && result.layers.first?.differing == 0)
    #expect(result.layers.map(\.name).contains("conv2"))
    for layer in result.layers where layer.recomputed > 0 {
      #expect(layer.ownShare < 0.01 && layer.largest <= 3, "\(layer.name)")
    }
    let logits = try #require(result.layers.last)
    #expect(logits.name == "fc" && logits.compared == 0 && logits.sqnr > 30)
  }

  /// Biases moved by three output steps: that layer is found, and the cause is its bias.
  @Test func aChangedBiasIsFoundAsTheFirstLayerAndTheCause() throws {
    let data = try TrainingTests.shapes()
    let student = try Self.studentWithoutTies(before: "conv2", data)
    var integer = try convert(student)
    var biases = try #require(integer.parameters["conv2.bias"]?.int32s)
    let scales = try #require(integer.parameters["conv2.scale"]?.floats)
    let node = try #require(integer.graph.nodes.first { $0.name == "conv2" })
    guard case .integer(.convolution(let layer)) = node.operation else {
      Issue.record("conv2 is no integer convolution")
      return
    }
    for channel in biases.indices {
      biases[channel] += Int32(
        3 * Double(layer.output.scale) / (Double(layer.input.scale) * Double(scales[channel])))
    }
    integer.parameters["conv2.bias"] = Tensor(shape: [biases.count], elements: .int32(biases))
    let result = try difference(between: student, and: integer, on: data.test, of: data, count: 32)
    let changed = try #require(result.layers.first { $0.name == "conv2" })
    #expect(changed.largest >= 3)
    #expect(changed.share > 0.005)
    #expect(changed.ownShare > 0.005)
    #expect(result.first?.name == "conv2")
    #expect((result.causes[.bias] ?? 0) > 0)
  }
}
