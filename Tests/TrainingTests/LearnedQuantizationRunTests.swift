import Datasets
import GraphIR
import Quantization
import Testing
import Training

/// Whole runs with trained ranges on the made-up shapes.
@Suite struct LearnedQuantizationRunTests {
  static let policies: [QuantizationPolicy] =
    [2, 3, 4, 8].map { QuantizationPolicy(weightBits: $0, activationBits: $0, scheme: .learnedScale) } + [
      QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .clippedActivation),
      QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale, powerOfTwo: true),
      QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .clippedActivation, powerOfTwo: true),
      QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale, perChannelWeights: false),
      QuantizationPolicy(backend: .xnnpack, scheme: .learnedScale),
      QuantizationPolicy(backend: .tensorrt, scheme: .clippedActivation),
      QuantizationPolicy(
        weightBits: 4, activationBits: 4, keepsEnds: false, rules: [LayerRule("conv2", .float(.float32))],
        scheme: .learnedScale),
    ]

  /// Enough images for a network that is sure of what it sees: an unsure one changes its mind at any rounding.
  static let figures = Result { try loadDataset(DatasetRequest(name: "shapes", limit: 2048, testLimit: 512)) }

  /// Float networks without and with batch norm.
  static let teachers = [false, true].map { normalised in
    Result {
      let data = try figures.get()
      return try train(
        TrainingTests.tiny(data, normalised: normalised), on: data,
        recipe: TrainingRecipe(epochs: 12, batchSize: 64, learningRate: 1e-2), cancellation: Cancellation()
      ) { _ in }.model
    }
  }

  static func student(
    _ data: Dataset, _ model: Model, _ policy: QuantizationPolicy, epochs: Int = 3, rate: Double = 3e-3
  ) throws -> TrainingOutcome {
    let recipe = TrainingRecipe(
      epochs: epochs, batchSize: 64, learningRate: rate, schedule: .cosine,
      quantization: QuantizationRecipe(policy: policy))
    return try train(model, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
  }

  /// Every other network has batch norm.
  @Test(arguments: zip(policies, policies.indices.map { $0.isMultiple(of: 2) }))
  func trainedRangesLearnAndAgreeAsIntegers(_ policy: QuantizationPolicy, _ normalised: Bool) throws {
    let data = try Self.figures.get()
    let float = try Self.teachers[normalised ? 1 : 0].get()
    let first = try Self.student(data, float, policy, epochs: 1)
    let outcome = try Self.student(data, float, policy)
    #expect((outcome.lastEpoch?.loss ?? .nan) < (first.lastEpoch?.loss ?? .nan))
    #expect((outcome.lastEpoch?.testAccuracy ?? 0) > 0.25)
    let fake = try #require(
      try evaluate(outcome.model, on: data.test, of: data, cancellation: Cancellation()))
    let real = try #require(
      try evaluate(convert(outcome.model), on: data.test, of: data, cancellation: Cancellation()))
    let same = zip(fake.predictions, real.predictions).count { $0 == $1 }
    #expect(Double(same) >= 0.99 * Double(data.test.count))
  }

  @Test(arguments: [QuantizationPolicy.Scheme.learnedScale, .clippedActivation])
  func theSameRunGivesTheSameBits(_ scheme: QuantizationPolicy.Scheme) throws {
    let data = try TrainingTests.shapes()
    let policy = QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: scheme)
    let first = try Self.student(data, TrainingTests.tiny(data), policy, epochs: 1).model
    let second = try Self.student(data, TrainingTests.tiny(data), policy, epochs: 1).model
    #expect(first == second)
    let trained = first.parameters.names.filter { $0.hasSuffix(".scale") || $0.hasSuffix("_scale") }
    #expect(trained.isEmpty == (scheme == .clippedActivation))
  }

  @Test(arguments: [TrainingRecipe.Optimizer.sgd, .adam], [1e30, 1e4])
  func ratesThatBreakTrainedRangesStopTheRun(_ optimizer: TrainingRecipe.Optimizer, _ rate: Double) throws {
    let data = try TrainingTests.shapes()
    let recipe = TrainingRecipe(
      epochs: 4, batchSize: 64, learningRate: rate, schedule: .constant, optimizer: optimizer,
      quantization: QuantizationRecipe(
        policy: QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale)))
    var stopped = false
    do {
      let outcome = try train(
        TrainingTests.tiny(data), on: data, recipe: recipe, cancellation: Cancellation()
      ) { _ in }
      // A rate that the run survives leaves numbers.
      #expect(outcome.model.parameters.tensors.values.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
    } catch TrainingError.nonFiniteLoss {
      stopped = true
    }
    #expect(stopped || rate < 1e30)
  }

  @Test func aChannelThatBatchNormSwitchesOffStaysFinite() throws {
    let data = try TrainingTests.shapes()
    var model = try TrainingTests.tiny(data)
    var gamma = model.parameters["bn1.weight"]?.floats ?? []
    gamma[3] = 0
    model.parameters["bn1.weight"] = Tensor(gamma)
    let policy = QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale)
    let student = try Self.student(data, model, policy, epochs: 1).model
    #expect(student.parameters.tensors.values.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
  }

  @Test func aFakeQuantizedModelIsPreparedAnewForAnotherPolicy() throws {
    let data = try TrainingTests.shapes()
    let tiny = try TrainingTests.tiny(data)
    let observed = try Self.student(data, tiny, QuantizationPolicy(), epochs: 1).model
    let narrow = QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale)
    let prepared = try prepare(observed, policy: narrow)
    #expect(try prepared.graph == prepare(tiny.graph, policy: narrow))
    #expect(try removeFakeQuantization(observed.graph) == tiny.graph)
    let learned = try Self.student(data, observed, narrow, epochs: 1).model
    // The same policy again leaves what was learned; another one takes the ranges over.
    #expect(try prepare(learned, policy: narrow) == learned)
    let ladder = try prepare(
      learned, policy: QuantizationPolicy(weightBits: 2, activationBits: 2, scheme: .learnedScale))
    let observer = "relu2.activation_post_process"
    let scale = try #require(learned.parameters[observer + ".scale"]).floats[0]
    #expect(ladder.parameters[observer + ".scale"] == nil)
    let widest = learned.graph.nodes.compactMap { node -> QuantizationGrid? in
      if case .fakeQuantize(let quantizer) = node.operation, quantizer.observer == observer {
        return quantizer.grid
      }
      return nil
    }.first
    #expect(ladder.parameters[observer + ".max_val"] == Tensor([scale * Float(widest?.maximum ?? 0)]))
    let integer = try convert(Self.student(data, learned, QuantizationPolicy(), epochs: 1).model)
    #expect(integer.kind == .integer)
  }
}
