import Datasets
import GraphIR
import Quantization
import Testing
import Training

/// Activations that are no clamp become a table from codes to codes: the same codes as the fake-quantized model's.
@Suite struct CurveIntegerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var policy: QuantizationPolicy
  }

  static let cases = [
    Case(testDescription: "x86", policy: QuantizationPolicy()),
    Case(testDescription: "qnnpack, a scale a layer", policy: QuantizationPolicy(backend: .qnnpack)),
    Case(testDescription: "fbgemm", policy: QuantizationPolicy(backend: .fbgemm)),
    Case(testDescription: "xnnpack, symmetric", policy: QuantizationPolicy(backend: .xnnpack)),
    Case(
      testDescription: "onednn, 4 bits",
      policy: QuantizationPolicy(backend: .onednn, weightBits: 4, activationBits: 4)),
    Case(
      testDescription: "4 bits, symmetric, a scale a layer",
      policy: QuantizationPolicy(
        weightBits: 4, activationBits: 4, keepsEnds: false, perChannelWeights: false,
        symmetricActivations: true)),
    Case(
      testDescription: "first layer in float",
      policy: QuantizationPolicy(rules: [LayerRule("conv1", .float(.float32))])),
  ]

  @Test(arguments: ["leakyrelu(0.1)", "hardswish"], cases)
  func theIntegerFormIsTheFakeOneButForTies(text: String, which: Case) throws {
    let curve = try #require(Activation(text))
    let activation = Layer.activation(curve)
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 64, testLimit: 32, size: 12))
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 8, kernel: 3), .batchNorm, activation, .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 12, kernel: 3), activation, .activation(.relu6), activation,
        .pool(Pooling(.average, kernel: 2)), activation, .dense(outputs: 16), activation,
        .dense(outputs: data.classNames.count),
      ], architecture: "curved",
      input: Shape(channels: data.training.channels, height: 12, width: 12))
    let fresh = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    let fake = try #require(
      try quantizeAfterTraining(
        fresh, on: data, recipe: PostTrainingRecipe(policy: which.policy, batches: 2, batchSize: 32),
        cancellation: Cancellation()
      ) { _ in })
    let integer = try convert(fake)
    let comparison = try IntegerComparison(fake: fake, integer: integer, data: data, images: [0, 1, 2])
    #expect(comparison.compared > 1000)
    #expect(comparison.faults.isEmpty, "\(comparison.faults.prefix(3)) of \(comparison.faults.count)")
    var tables: [Requantization] = []
    for case .integer(.requantize(let table)) in integer.graph.nodes.map(\.operation)
    where table.activation == curve {
      tables.append(table)
    }
    let isFloatFirst = !which.policy.rules.isEmpty
    #expect(tables.count == (isFloatFirst ? 4 : 5))
    // What comes in has values of both signs, so on an affine grid its zero point lies inside.
    #expect(tables.contains { $0.input.zeroPoint > $0.input.grid.minimum })
  }

  /// A curve has the width of the layer whose outputs it bends.
  @Test func aCurveHasTheWidthOfItsLayer() throws {
    let curve = try #require(Activation("hardswish"))
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 4, kernel: 3), .activation(curve), .convolution(outputs: 4, kernel: 3),
        .activation(curve), .dense(outputs: 2),
      ], architecture: "curved", input: Shape(channels: 1, height: 8, width: 8))
    let policy = QuantizationPolicy(
      rules: [LayerRule("conv1", .integer(weights: 8, activations: 6)), LayerRule("conv2", .float(.float32))])
    let prepared = try prepare(graph, policy: policy)
    let widths = prepared.nodes.compactMap { node -> String? in
      guard case .fakeQuantize(let quantizer) = node.operation else { return nil }
      return "\(node.name.prefix { $0 != "." }) \(quantizer.grid.bits)"
    }
    // The last dense layer reads integers, so what the float layer's curve computes is rounded too, as its policy has it.
    #expect(widths == ["input 8", "conv1 6", "hardswish1 6", "hardswish2 8"])
  }
}
