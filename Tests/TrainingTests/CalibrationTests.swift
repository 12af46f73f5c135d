import Datasets
import Execution
import GraphIR
import Quantization
import Testing
import Training

/// Post-training quantization of a small network that has learned something.
@Suite struct CalibrationTests {
  /// Trained once for all tests; nil where training threw.
  static let trained: (data: Dataset, model: Model)? = try? learned(normalised: true)
  static let trainedWithoutBatchNorm: (data: Dataset, model: Model)? = try? learned(normalised: false)

  private static func learned(normalised: Bool) throws -> (data: Dataset, model: Model) {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 1024, testLimit: 512))
    let outcome = try train(
      TrainingTests.tiny(data, normalised: normalised), on: data,
      recipe: TrainingRecipe(epochs: 10, batchSize: 64, learningRate: 1e-2), cancellation: Cancellation()
    ) { _ in }
    return (data, outcome.model)
  }

  static func accuracy(_ model: Model, _ data: Dataset) throws -> Double {
    try #require(try evaluate(model, on: data.test, of: data, cancellation: Cancellation())).accuracy
  }

  static func calibrated(
    _ model: Model, _ data: Dataset, policy: QuantizationPolicy = QuantizationPolicy(),
    observer: ObserverKind = .histogram, batches: Int = 8
  ) throws -> Model {
    try #require(
      try calibrate(
        model, on: data, policy: policy, observer: observer,
        batches: CalibrationBatches(count: batches, size: 32, of: data.training), seed: 0,
        cancellation: Cancellation()))
  }

  @Test(arguments: ObserverKind.allCases)
  func everyObserverKeepsTheAccuracyAtEightBits(_ observer: ObserverKind) throws {
    let (data, model) = try #require(Self.trained)
    let prepared = try Self.calibrated(model, data, observer: observer)
    let float = try Self.accuracy(model, data)
    #expect(float > 0.4)
    #expect(prepared.kind == .fakeQuantized)
    // Entropy weighs the distribution, not the classes: it may cut what they need, so it is held to less.
    let loss = observer == .entropy ? 0.1 : 0.02
    let fake = try #require(
      try evaluate(prepared, on: data.test, of: data, cancellation: Cancellation()))
    #expect(abs(float - fake.accuracy) <= loss)
    let integer = try #require(
      try evaluate(convert(prepared), on: data.test, of: data, cancellation: Cancellation()))
    let same = zip(fake.predictions, integer.predictions).count { $0 == $1 }
    #expect(Double(same) >= 0.99 * Double(data.test.count))
  }

  /// The layer before an addition is the case of note: its other summand is codes.
  @Test(arguments: ["layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv2", "layer2.0.downsample.0", "fc"])
  func aResidualNetworkConvertsWithAnyOfItsLayersInFloat(_ layer: String) throws {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 64, testLimit: 64, size: 20))
    let graph = try #require(Architecture.named("resnet20")).build(
      Shape(channels: data.training.channels, height: 20, width: 20), data.classNames.count)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
    let policy = QuantizationPolicy(rules: [LayerRule(layer, .float(.float32))])
    let prepared = try Self.calibrated(model, data, policy: policy, batches: 1)
    let integer = try convert(prepared)
    #expect(integer.graph.nodes.contains { $0.name == layer && $0.operation.hasWeights })
    let compared = try difference(between: prepared, and: integer, on: data.test, of: data, count: 32)
    for layer in compared.layers {
      #expect(layer.recomputed == 0 || layer.ownShare < 0.02, "\(layer.name)")
    }
  }

  @Test(arguments: ObserverKind.allCases)
  func noObserverCutsTheImages(_ observer: ObserverKind) throws {
    let (data, model) = try #require(Self.trained)
    let wide = try Self.calibrated(model, data, observer: .minmax)
    let found = try Self.calibrated(model, data, observer: observer)
    let name = model.graph.nodes[0].name + ".activation_post_process"
    for end in [".min_val", ".max_val"] {
      let range = try #require(wide.parameters[name + end]?.floats)
      #expect(found.parameters[name + end]?.floats == range)
    }
  }

  @Test(arguments: [(8, ObserverKind.histogram), (7, .histogram), (4, .mse), (3, .mse), (2, .mse)])
  func theUsualObserverGoesByTheWidthOfActivations(bits: Int, observer: ObserverKind) {
    #expect(ObserverKind.usual(for: QuantizationPolicy(weightBits: 8, activationBits: bits)) == observer)
  }

  @Test func minmaxRangesAreThoseOfTheFloatActivations() throws {
    let (data, model) = try #require(Self.trained)
    let batches = data.training.count / 32
    let prepared = try Self.calibrated(model, data, observer: .minmax, batches: batches)
    let folded = try foldBatchNorm(model)
    let pooled = try #require(folded.graph.nodes.firstIndex { $0.name == "relu1" })
    let plan = try InferencePlan(folded, batch: 32, capturing: [0, pooled])
    var images = ObservedRange.empty
    var activations = ObservedRange.empty
    var labels = [Int32](repeating: 0, count: 32)
    for start in stride(from: 0, to: batches * 32, by: 32) {
      gather(
        data.training, indices: Array(start..<start + 32)[...], mean: data.mean, deviation: data.deviation,
        into: try #require(plan.input.baseAddress), labels: &labels)
      try plan.run()
      images = images.union(try range(of: 0, plan))
      activations = activations.union(try range(of: pooled, plan))
    }
    #expect(prepared.parameters["input.activation_post_process.min_val"]?.floats == [images.minimum])
    #expect(prepared.parameters["input.activation_post_process.max_val"]?.floats == [images.maximum])
    #expect(prepared.parameters["relu1.activation_post_process.min_val"]?.floats == [0])
    let greatest = try #require(prepared.parameters["relu1.activation_post_process.max_val"]?.floats.first)
    #expect(abs(greatest - activations.maximum) <= 1e-5 * activations.maximum)
  }

  @Test func capturedCodesAreTheFakeQuantizedValues() throws {
    let (data, model) = try #require(Self.trained)
    let calibrated = try Self.calibrated(model, data)
    let prepared = try foldBatchNorm(calibrated)
    let integer = try convert(calibrated)
    for (fakeName, name) in [("relu1.fake_quantize", "conv1"), ("relu2.fake_quantize", "conv2")] {
      let fakeNode = try #require(prepared.graph.nodes.firstIndex { $0.name == fakeName })
      let node = try #require(integer.graph.nodes.firstIndex { $0.name == name })
      let fake = try InferencePlan(prepared, batch: 8, capturing: [fakeNode])
      let real = try InferencePlan(integer, batch: 8, capturing: [node])
      var labels = [Int32](repeating: 0, count: 8)
      for plan in [fake, real] {
        gather(
          data.test, indices: Array(0..<8)[...], mean: data.mean, deviation: data.deviation,
          into: try #require(plan.input.baseAddress), labels: &labels)
        try plan.run()
      }
      let expected = try #require(fake.floats(of: fakeNode))
      let found = try #require(real.floats(of: node))
      let step = try #require(real.codes(of: node)).grid.scale
      #expect(expected.count == found.count)
      #expect(Set(expected).count > 20)
      let distances = zip(expected, found).map { abs($0 - $1) / step }
      // Sums that end half way between two codes may go either way.
      #expect(distances.allSatisfy { $0 < 1.01 })
      #expect(distances.count { $0 > 0.01 } < distances.count / 100)
    }
  }

  @Test func aNodeInsideALayerCanNotBeCaptured() throws {
    let model = try #require(Self.trained).model
    let folded = try foldBatchNorm(model)
    let node = try #require(folded.graph.nodes.firstIndex { $0.name == "conv1" })
    #expect(throws: PlanError.self) { try InferencePlan(folded, batch: 1, capturing: [node]) }
  }

  @Test func cancelledCalibrationGivesNothing() throws {
    let (data, model) = try #require(Self.trained)
    let cancellation = Cancellation()
    var seen: [Int] = []
    let result = try calibrate(
      model, on: data, policy: QuantizationPolicy(), observer: .minmax,
      batches: CalibrationBatches(count: 1000, size: 32, of: data.training), seed: 0,
      cancellation: cancellation
    ) { done, total in
      #expect(total == 32)
      seen.append(done)
      if done == 3 { cancellation.cancel() }
    }
    #expect(result == nil)
    #expect(seen == [1, 2, 3])
  }
}

private func range(of id: Graph.NodeID, _ plan: InferencePlan) throws -> ObservedRange {
  let values = try #require(plan.values(of: id))
  return measureRanges(values, shape: [values.count], granularity: .perTensor)[0]
}
