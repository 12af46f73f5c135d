import Datasets
import Distillation
import GraphIR
import Quantization
import Testing
import Training

/// Whole runs on the made-up shapes: small, seeded, the same on every machine of a kind.
@Suite struct TrainingTests {
  static func shapes() throws -> Dataset {
    try loadDataset(DatasetRequest(name: "shapes", limit: 512, testLimit: 256))
  }

  static func tiny(_ data: Dataset, normalised: Bool = true) throws -> Model {
    var layers: [Layer] = [.convolution(outputs: 16, kernel: 3)]
    if normalised { layers.append(.batchNorm) }
    layers += [
      .activation(.relu), .pool(Pooling(.maximum, kernel: 2)), .convolution(outputs: 16, kernel: 3),
      .activation(.relu), .pool(Pooling(.average, kernel: 7)), .dense(outputs: 10),
    ]
    let graph = try Graph(
      sequential: layers, architecture: "tiny", input: Shape(channels: 1, height: 28, width: 28))
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 5))
  }

  static func quantized(_ data: Dataset, _ teacher: Model, epochs: Int = 2, seed: UInt64 = 1) throws
    -> (TrainingOutcome, events: [String])
  {
    let recipe = TrainingRecipe(
      epochs: epochs, batchSize: 64, learningRate: 1e-3, schedule: .cosine, seed: seed,
      quantization: QuantizationRecipe(),
      distillation: [DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD))])
    var events: [String] = []
    let outcome = try train(
      teacher, on: data, recipe: recipe, teachers: ["teacher": teacher], cancellation: Cancellation()
    ) { event in
      if case .scheduled(let name, let step) = event { events.append("\(step) \(name)") }
    }
    return (outcome, events)
  }

  @Test func theWholeChainLearnsQuantizesAndAgrees() throws {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 1024, testLimit: 256))
    let teacher = try train(
      Self.tiny(data), on: data, recipe: TrainingRecipe(epochs: 8, batchSize: 64, learningRate: 1e-2),
      cancellation: Cancellation()
    ) { _ in }
    #expect((teacher.lastEpoch?.testAccuracy ?? 0) > 0.3)
    let (student, events) = try Self.quantized(data, teacher.model)
    #expect(events == ["17 batch norm statistics frozen", "23 activation observers frozen"])
    #expect(student.model.kind == .fakeQuantized)
    let integer = try convert(student.model)
    #expect(integer.graph.nodes.contains { if case .integer(.dense) = $0.operation { true } else { false } })
    let fake = try #require(
      try evaluate(student.model, on: data.test, of: data, cancellation: Cancellation()))
    let real = try #require(try evaluate(integer, on: data.test, of: data, cancellation: Cancellation()))
    let same = zip(fake.predictions, real.predictions).count { $0 == $1 }
    #expect(Double(same) >= 0.99 * Double(data.test.count))
    #expect(integer.parameters.byteCount * 3 < student.model.parameters.byteCount)
  }

  static let policies =
    QuantizationBackend.allCases.map { QuantizationPolicy(backend: $0) } + [
      QuantizationPolicy(weightBits: 4, activationBits: 5),
      QuantizationPolicy(powerOfTwo: true),
      QuantizationPolicy(rules: [LayerRule("conv1", .float(.float32))]),
      QuantizationPolicy(rules: [LayerRule("conv2", .float(.float32))]),
      QuantizationPolicy(rules: [LayerRule("fc", .float(.float32))]),
      QuantizationPolicy(rules: [LayerRule("conv*", .float(.float32))]),
    ]

  @Test(arguments: policies, [true, false])
  func everyPolicyConvertsWithAndWithoutBatchNorm(_ policy: QuantizationPolicy, _ normalised: Bool) throws {
    let (data, learned) = try #require(
      normalised ? CalibrationTests.trained : CalibrationTests.trainedWithoutBatchNorm)
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64, learningRate: 1e-3,
      quantization: QuantizationRecipe(policy: policy))
    let student = try train(learned, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
    let fake = try #require(
      try evaluate(student.model, on: data.test, of: data, cancellation: Cancellation()))
    let integer = try convert(student.model)
    let real = try #require(
      try evaluate(integer, on: data.test, of: data, cancellation: Cancellation()))
    // Ten classes, equally frequent.
    #expect(real.accuracy > 0.35 && Set(real.predictions).count >= 8)
    let same = zip(fake.predictions, real.predictions).count { $0 == $1 }
    #expect(Double(same) >= 0.99 * Double(data.test.count))
    let compared = try difference(between: student.model, and: integer, on: data.test, of: data, count: 64)
    for layer in compared.layers {
      #expect(layer.recomputed == 0 || layer.ownShare < 0.02, "\(layer.name)")
    }
  }

  /// Chains whose layers come in an unusual order, and a loss on the training images that takes learning: chance is
  /// ln 10 = 2.303.
  static let chains: [([Layer], Double)] = [
    ([.batchNorm, .convolution(outputs: 16, kernel: 3), .activation(.relu6), .dense(outputs: 10)], 1),
    (
      [
        .convolution(outputs: 16, kernel: 3), .activation(.relu),
        .convolution(outputs: 10, kernel: 5, stride: 2), .pool(.globalAverage),
      ], 2.25
    ),
    ([.dense(outputs: 24), .batchNorm, .activation(.relu), .dense(outputs: 10)], 1.9),
    (
      [
        .convolution(outputs: 12, kernel: 5, stride: 2), .pool(Pooling(.maximum, kernel: 2)),
        .activation(.relu), .dense(outputs: 10),
      ], 1.6
    ),
  ]

  @Test(arguments: chains) func chainsInAnyOrderTrainAndEvaluate(_ layers: [Layer], learned: Double) throws {
    let data = try Self.shapes()
    let graph = try Graph(
      sequential: layers, architecture: "chain", input: Shape(channels: 1, height: 28, width: 28))
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    let recipe = TrainingRecipe(epochs: 4, batchSize: 32, learningRate: 1e-2)
    let trained = try train(model, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
    let last = try #require(trained.lastEpoch)
    #expect(last.loss < learned)
    let evaluation = try #require(
      try evaluate(trained.model, on: data.test, of: data, cancellation: Cancellation()))
    #expect(evaluation.accuracy == last.testAccuracy && evaluation.loss == last.testLoss)
    #expect(Set(evaluation.predictions).count >= 5)
  }

  @Test(arguments: [1, 0]) func averagesOverPaddingAgreeAsIntegers(_ padding: Int) throws {
    let data = try Self.shapes()
    // No activation: the zero point is not 0, and is what padding must be.
    let layers: [Layer] = [
      .convolution(outputs: 16, kernel: 3),
      .pool(Pooling(.average, kernel: 3, stride: 2, padding: padding)), .dense(outputs: 24),
      .activation(.relu), .dense(outputs: 10),
    ]
    let graph = try Graph(
      sequential: layers, architecture: "chain", input: Shape(channels: 1, height: 28, width: 28))
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    let student = try Self.quantized(data, model).0.model
    let fake = try #require(try evaluate(student, on: data.test, of: data, cancellation: Cancellation()))
    let real = try #require(
      try evaluate(convert(student), on: data.test, of: data, cancellation: Cancellation()))
    let same = zip(fake.predictions, real.predictions).count { $0 == $1 }
    #expect(Double(same) >= 0.98 * Double(data.test.count))
  }

  @Test func theSameRunGivesTheSameBits() throws {
    let data = try Self.shapes()
    let first = try Self.quantized(data, Self.tiny(data), epochs: 1).0
    let second = try Self.quantized(data, Self.tiny(data), epochs: 1).0
    #expect(first.model == second.model)
    let other = try Self.quantized(data, Self.tiny(data), epochs: 1, seed: 2).0
    #expect(first.model != other.model)
  }

  @Test func cancellingKeepsTheModelOfTheLastStep() throws {
    let data = try Self.shapes()
    let cancellation = Cancellation()
    let recipe = TrainingRecipe(epochs: 3, batchSize: 64, schedule: .constant)
    let stopped = try train(Self.tiny(data), on: data, recipe: recipe, cancellation: cancellation) { event in
      if case .step(let report) = event, report.step == 5 { cancellation.cancel() }
    }
    #expect(stopped.interrupted)
    #expect(stopped.stepsDone == 5)
    #expect(stopped.model.parameters != (try Self.tiny(data)).parameters)
    let whole = try evaluate(stopped.model, on: data.test, of: data, cancellation: Cancellation())
    #expect(whole != nil)
  }

  @Test func aLossThatLeavesTheNumbersStopsTheRun() throws {
    let data = try Self.shapes()
    let recipe = TrainingRecipe(
      epochs: 4, batchSize: 64, learningRate: 1e30, schedule: .constant, optimizer: .sgd)
    var refusal: TrainingError?
    do {
      _ = try train(Self.tiny(data), on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
    } catch let error as TrainingError {
      refusal = error
    }
    let stopped = if case .nonFiniteLoss = refusal { true } else { false }
    #expect(stopped)
  }

  @Test func aChannelThatBatchNormSwitchesOffStaysFinite() throws {
    let data = try Self.shapes()
    var model = try Self.tiny(data)
    var gamma = model.parameters["bn1.weight"]?.floats ?? []
    gamma[3] = 0
    model.parameters["bn1.weight"] = Tensor(gamma)
    let (student, _) = try Self.quantized(data, model, epochs: 1)
    #expect(student.model.parameters.tensors.values.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
  }

  @Test func modelsThatDoNotFitTheDataAreRefused() throws {
    let data = try Self.shapes()
    let graph = try #require(Architecture.named("qatcnn")).build(Shape(channels: 1, height: 28, width: 28), 7)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 0))
    #expect(throws: TrainingError.classesDiffer(model: 7, data: 10)) {
      try train(model, on: data, recipe: TrainingRecipe(), cancellation: Cancellation()) { _ in }
    }
  }
}
