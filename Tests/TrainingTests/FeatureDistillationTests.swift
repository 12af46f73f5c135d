import Datasets
import Distillation
import GraphIR
import Quantization
import Testing
import Training

/// Runs that learn from a teacher's layers.
@Suite struct FeatureDistillationTests {
  private static func wide(_ data: Dataset) throws -> Model {
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 24, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 32, kernel: 3), .activation(.relu), .pool(Pooling(.average, kernel: 7)),
        .dense(outputs: 10),
      ], architecture: "wide", input: Shape(channels: 1, height: 28, width: 28))
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 8))
  }

  private struct Run {
    var outcome: TrainingOutcome
    var losses: [[Double]] = []
    var blends: [BlendReport] = []
    var keeping: [TeacherLogitsReport.Keeping] = []
  }

  private static func run(
    _ terms: [DistillationTerm], epochs: Int = 2, quantized: Bool = false, logits: LogitsLibrary? = nil
  ) throws -> Run {
    let data = try TrainingTests.shapes()
    let recipe = TrainingRecipe(
      epochs: epochs, batchSize: 64, learningRate: 3e-3, quantization: quantized ? QuantizationRecipe() : nil,
      distillation: terms)
    var run: Run?
    var (losses, blends, keeping): ([[Double]], [BlendReport], [TeacherLogitsReport.Keeping]) = ([], [], [])
    let outcome = try train(
      TrainingTests.tiny(data), on: data, recipe: recipe, teachers: ["teacher": wide(data)], logits: logits,
      cancellation: Cancellation()
    ) { event in
      switch event {
      case .step(let report): losses.append(report.termLosses)
      case .blend(let report): blends.append(report)
      case .teacherLogits(let report): keeping.append(report.keeping)
      case .epoch, .scheduled, .calibrating, .calibrated: break
      }
    }
    run = Run(outcome: outcome, losses: losses, blends: blends, keeping: keeping)
    return try #require(run)
  }

  private static func term(
    _ loss: DistillationLoss, weight: Double = 0.5, ramp: WeightRamp? = nil, _ layers: [LayerPair]? = nil
  ) -> DistillationTerm {
    DistillationTerm(
      teacher: "teacher", loss: loss, weight: weight, ramp: ramp,
      layers: layers ?? [
        LayerPair(student: "relu1", teacher: "relu1"), LayerPair(student: "relu2", teacher: "relu2"),
      ])
  }

  @Test(
    arguments: [
      DistillationLoss(.attention, ["scale": 100]), DistillationLoss(.fitNet),
      DistillationLoss(.similarity, ["scale": 100]),
    ], [false, true])
  func theLayersComeNearerToTheTeachers(loss: DistillationLoss, quantized: Bool) throws {
    let run = try Self.run([Self.term(loss, weight: 0.9)], epochs: 4, quantized: quantized)
    let first = try #require(run.losses.first?.first)
    let last = try #require(run.losses.last?.first)
    #expect(last < 0.8 * first, "\(loss): from \(first) to \(last)")
    #expect(run.outcome.model.kind == (quantized ? .fakeQuantized : .float))
    #expect(run.outcome.model.parameters.names.allSatisfy { !$0.contains("regressor") })
  }

  @Test func aTermOfNoWeightChangesNoBit() throws {
    let plain = try Self.run([])
    let silent = try Self.run([
      Self.term(DistillationLoss(.attention), weight: 0), Self.term(DistillationLoss(.fitNet), weight: 0),
    ])
    #expect(silent.outcome.model.parameters == plain.outcome.model.parameters)
    #expect(silent.blends.count == 2 && plain.blends.isEmpty)
  }

  @Test func theSameRunGivesTheSameBits() throws {
    let terms = [
      DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD), weight: 0.3),
      Self.term(DistillationLoss(.fitNet), weight: 0.2, ramp: WeightRamp(shape: .cosine, share: 0.5)),
    ]
    let (first, second) = (try Self.run(terms, quantized: true), try Self.run(terms, quantized: true))
    #expect(first.outcome.model.parameters == second.outcome.model.parameters)
    #expect(first.losses == second.losses)
  }

  @Test func layersOfOneTermAddUp() throws {
    let one = LayerPair(student: "relu1", teacher: "relu1")
    let other = LayerPair(student: "conv2", teacher: "relu2")
    func first(_ layers: [LayerPair]) throws -> Double {
      try #require(
        Self.run([Self.term(DistillationLoss(.similarity), layers)], epochs: 1).losses.first?.first)
    }
    #expect(abs(try first([one]) + first([other]) - first([one, other])) < 1e-9)
  }

  @Test func aTeacherWhoseLayersAreComparedRunsInEachStep() throws {
    let library = LogitsLibrary()
    let run = try Self.run(
      [
        DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD), weight: 0.3),
        Self.term(DistillationLoss(.attention), weight: 0.2),
      ], logits: library)
    guard case .neededForFeatures = run.keeping.first else {
      Issue.record("its logits are kept: \(run.keeping)")
      return
    }
    let fresh = try Self.run([
      DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD), weight: 0.3),
      Self.term(DistillationLoss(.attention), weight: 0.2),
    ])
    #expect(run.outcome.model.parameters == fresh.outcome.model.parameters)
  }

  @Test func theBlendReportTellsNormsAndLossesOfEveryTerm() throws {
    let run = try Self.run([
      Self.term(DistillationLoss(.attention), weight: 0.25),
      Self.term(DistillationLoss(.attention, ["scale": 1000]), weight: 0.25),
    ])
    let report = try #require(run.blends.first)
    #expect(report.epoch == 1 && report.terms.map(\.name) == ["Attention", "Attention.2"])
    let norms = report.terms.map(\.part.gradientNorm)
    #expect(abs(norms[1] / norms[0] - 1000) < 1)
    #expect(abs(report.terms[1].part.loss / report.terms[0].part.loss - 1000) < 1)
    #expect(report.ratio(of: report.terms[0]) == norms[0] / report.task.gradientNorm)
  }

  @Test func unknownAndMisfitLayersAreRefused() {
    for layers in [
      LayerPair(student: "relu7", teacher: "relu1"), LayerPair(student: "relu1", teacher: "relu2"),
    ] {
      #expect(throws: TrainingError.self) {
        try Self.run([Self.term(DistillationLoss(.attention), [layers])])
      }
    }
  }

  @Test(arguments: [
    (WeightRamp(shape: .linear, share: 0.1), 0.05, 0.5), (WeightRamp(shape: .linear, share: 0.1), 0.5, 1),
    (WeightRamp(shape: .cosine, share: 1), 0.5, 0.5), (WeightRamp(shape: .passes), 0, 0),
    (WeightRamp(shape: .passes), 1, 0.527_633_447),
    (WeightRamp(shape: .cosine, share: 0.5), 0.125, 0.146_446_609),
    (WeightRamp(shape: .linear, share: 1), 1, 1), (WeightRamp(shape: .cosine, share: 1), 0, 0),
  ])
  func aRampGrowsFromNothingToOne(ramp: WeightRamp, progress: Double, factor: Double) {
    #expect(abs(ramp.factor(at: progress, epochs: 3) - factor) < 1e-9)
  }

  @Test func stagesOfEqualPlanesAreMatchedAsFarAsTheLossCan() throws {
    let data = try TrainingTests.shapes()
    let (student, teacher) = (try TrainingTests.tiny(data).graph, try Self.wide(data).graph)
    func names(_ loss: DistillationLoss) -> [String] {
      (loss.feature?.matchedLayers(student: student, teacher: teacher) ?? []).map {
        "\($0.student.name) \($0.teacher.name)"
      }
    }
    #expect(
      names(DistillationLoss(.attention)) == ["relu1 relu1", "relu2 relu2", "pool2 pool2"]
        || !names(DistillationLoss(.attention)).isEmpty)
    #expect(names(DistillationLoss(.activationBoundaries)).isEmpty)
  }
}
