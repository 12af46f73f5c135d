import Datasets
import Distillation
import Execution
import Foundation
import GraphIR
import Quantization
import Testing
import Training

/// Runs that are stopped at seeded steps and go on from what they wrote down, held against those that were not stopped:
/// 8 steps an epoch.
@Suite struct ResumedRunTests {
  /// A way to train.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var recipe: TrainingRecipe
    var data: DatasetRequest
    var layers: [Layer]?
  }

  static let plain = DatasetRequest(name: "shapes", limit: 512, testLimit: 128)
  static let withValidation = DatasetRequest(
    name: "shapes", limit: 640, testLimit: 128, validation: .share(0.2))

  static let layersWithDropout: [Layer] = [
    .convolution(outputs: 16, kernel: 3), .batchNorm, .activation(.relu), .dropout(rate: 0.3),
    .pool(Pooling(.average, kernel: 4)), .dropout(rate: 0.2), .dense(outputs: 10),
  ]

  static func recipe(_ change: (inout TrainingRecipe) -> Void) -> TrainingRecipe {
    var recipe = TrainingRecipe(epochs: 3, batchSize: 64, learningRate: 3e-3, schedule: .cosine, seed: 11)
    change(&recipe)
    return recipe
  }

  static func quantization(_ scheme: QuantizationPolicy.Scheme, bits: Int = 8) -> QuantizationRecipe {
    QuantizationRecipe(policy: QuantizationPolicy(weightBits: bits, activationBits: bits, scheme: scheme))
  }

  static func kd(_ loss: LossEntry = .decoupledKD) -> DistillationTerm {
    DistillationTerm(teacher: "teacher", loss: DistillationLoss(loss), weight: 0.4)
  }

  static let cases: [Case] = [
    Case(testDescription: "train", recipe: recipe { $0.schedule = .oneCycle }, data: plain),
    Case(
      testDescription: "sgd, frozen layers, a head's own rate",
      recipe: recipe {
        ($0.optimizer, $0.weightDecay, $0.frozen, $0.headLearningRate) = (.sgd, 1e-3, ["conv1"], 1e-2)
      }, data: plain),
    Case(
      testDescription: "adamw, augmented",
      recipe: recipe { ($0.optimizer, $0.weightDecay, $0.augments) = (.adamW, 1e-2, true) }, data: plain),
    Case(testDescription: "dropout", recipe: recipe { _ in }, data: plain, layers: layersWithDropout),
    Case(
      testDescription: "keeps the best, ends early",
      recipe: recipe {
        ($0.epochs, $0.learningRate, $0.schedule) = (6, 3e-2, .constant)
        $0.selection = EpochSelection(keepsBest: true, patience: 2)
      }, data: withValidation),
    Case(
      testDescription: "qat with kd",
      recipe: recipe { ($0.quantization, $0.distillation) = (quantization(.movingAverage), [kd()]) },
      data: plain),
    Case(
      testDescription: "lsq",
      recipe: recipe { $0.quantization = quantization(.learnedScale, bits: 4) }, data: plain),
    Case(
      testDescription: "pact with dropout",
      recipe: recipe { $0.quantization = quantization(.clippedActivation, bits: 4) }, data: plain,
      layers: layersWithDropout),
    Case(
      testDescription: "ladder of lsq",
      recipe: recipe {
        $0.quantization = quantization(.learnedScale, bits: 3)
        $0.quantization?.ladder = WidthLadder([8, 5, 3])
      }, data: plain),
    Case(
      testDescription: "ladder, augmented, kd",
      recipe: recipe {
        ($0.quantization, $0.distillation, $0.augments) = (
          quantization(.movingAverage, bits: 4), [kd()], true
        )
        $0.quantization?.ladder = WidthLadder([8, 4])
      }, data: plain),
    Case(
      testDescription: "calibrated start",
      recipe: recipe {
        $0.quantization = quantization(.movingAverage)
        $0.quantization?.calibration = RangeCalibration(batches: 4, observer: .histogram)
      }, data: plain),
    Case(
      testDescription: "features with a regressor",
      recipe: recipe {
        $0.distillation = [
          DistillationTerm(
            teacher: "wide", loss: DistillationLoss(.fitNet), weight: 0.2,
            layers: [LayerPair(student: "conv2", teacher: "conv2")]),
          kd(.softTarget),
        ]
      }, data: plain),
    Case(
      testDescription: "bf16", recipe: recipe { $0.precision = .bfloat16 }, data: plain),
  ]

  /// What a run came to: its model, its curves, and its figures, without times.
  struct Ending: Equatable {
    var model: Model
    var curve: [[UInt64]]
    var epochs: [[UInt64]]
    var events: [String]
    var outcome: [String]
  }

  /// A run that is stopped now and then; it goes on each time from what was written down, in objects of its own.
  static func run(_ one: Case, stops: [Int], occasion: Checkpointing.Occasion = .stopped) throws -> Ending {
    let data = try loadDataset(one.data)
    var ending = Ending(
      model: Model(kind: .float, graph: try start(one, data).graph, parameters: ParameterSet()), curve: [],
      epochs: [], events: [], outcome: [])
    var stops = stops
    var written: Data?
    var tensors = ParameterSet()
    while true {
      let cancellation = Cancellation()
      let from = try written.map {
        TrainingCheckpoint(
          standing: try JSONDecoder().decode(TrainingCheckpoint.Standing.self, from: $0), tensors: tensors)
      }
      // What came after the last checkpoint of a process that died is gone.
      if let from {
        ending.curve.removeLast(ending.curve.count - from.standing.stepsDone)
        ending.epochs.removeLast(ending.epochs.count - from.standing.epochsDone)
      }
      let checkpoints = Checkpointing(interval: occasion == .time ? .zero : nil, start: from) {
        checkpoint, why in
        guard why == occasion || why == .stopped && occasion == .stopped else { return }
        written = try JSONEncoder().encode(checkpoint.standing)
        tensors = checkpoint.tensors
      }
      let outcome = try train(
        start(one, data), on: data, recipe: one.recipe, teachers: teachers(one, data),
        checkpoints: checkpoints, cancellation: cancellation
      ) { event in
        switch event {
        case .step(let report):
          ending.curve.append(
            [
              Double(report.step), report.loss, report.taskLoss, report.distillationLoss, report.accuracy,
              report.learningRate,
            ].map(\.bitPattern) + report.termLosses.map(\.bitPattern))
          if report.step == stops.first {
            stops.removeFirst()
            cancellation.cancel()
          }
        case .epoch(let report):
          ending.epochs.append(
            [
              report.loss, report.taskLoss, report.distillationLoss, report.trainingAccuracy,
              report.testAccuracy, report.testLoss,
            ].map(\.bitPattern) + report.termLosses.map(\.bitPattern))
        case .scheduled(let name, let step): ending.events.append("\(step) \(name)")
        case .blend(let report):
          ending.events.append("blend \(report.epoch) \(report.task.gradientNorm) \(report.terms)")
        case .teacherLogits, .calibrating, .calibrated: break
        }
      }
      guard outcome.interrupted else {
        ending.model = outcome.model
        ending.outcome = [
          "\(outcome.stepsDone) \(outcome.epochsDone) \(outcome.stoppedEarly)",
          "\(outcome.policy.map { "\($0)" } ?? "") \(outcome.lastPredictions)",
          "\(outcome.test.map { "\($0)" } ?? "") \(outcome.chosenEpoch?.epoch ?? 0)",
        ]
        if occasion != .stopped { ending.events = [] }
        return ending
      }
    }
  }

  static func network(_ layers: [Layer], _ name: String, seed: UInt64) throws -> Model {
    let graph = try Graph(
      sequential: layers, architecture: name, input: Shape(channels: 1, height: 28, width: 28))
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: seed))
  }

  static func start(_ one: Case, _ data: Dataset) throws -> Model {
    guard let layers = one.layers else { return try TrainingTests.tiny(data) }
    return try network(layers, "dropping", seed: 3)
  }

  static func teachers(_ one: Case, _ data: Dataset) throws -> [String: Model] {
    guard !one.recipe.distillation.isEmpty else { return [:] }
    let wide = try network(
      [
        .convolution(outputs: 16, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)), .convolution(outputs: 24, kernel: 3), .activation(.relu),
        .pool(Pooling(.average, kernel: 7)), .dense(outputs: 10),
      ], "wide", seed: 8)
    return ["teacher": try TrainingTests.tiny(data), "wide": wide]
      .filter { name, _ in one.recipe.distillation.contains { $0.teacher == name } }
  }

  /// Steps behind which a run is stopped: seeded ones, and the first and the last of epochs.
  static func stops(_ seed: UInt64, of steps: Int) -> [[Int]] {
    var generator = SeededGenerator(seed: seed, purpose: "stops")
    return [[1], [8], [steps], [7, 9, 16]]
      + (0..<2).map { _ in [1 + generator.next(below: steps - 1)] }
  }

  @Test(arguments: cases) func aStoppedRunEndsInTheBitsOfOneThatWasNot(_ one: Case) throws {
    guard one.recipe.precision.isSupported else { return }
    let whole = try Self.run(one, stops: [])
    let steps = whole.curve.count
    for stops in Self.stops(UInt64(one.testDescription.utf8.count), of: steps) {
      let resumed = try Self.run(one, stops: stops)
      #expect(resumed.model == whole.model, "\(stops)")
      #expect(resumed.curve == whole.curve, "\(stops)")
      #expect(resumed.epochs == whole.epochs, "\(stops)")
      #expect(resumed.outcome == whole.outcome, "\(stops)")
      #expect(resumed.events == whole.events, "\(stops)")
    }
  }

  @Test(arguments: cases.prefix(6), [Checkpointing.Occasion.epochEnd, .time])
  func aRunThatDiedGoesOnFromItsLastCheckpoint(_ one: Case, _ occasion: Checkpointing.Occasion) throws {
    var whole = try Self.run(one, stops: [])
    whole.events = []
    // It dies after steps of which nothing was written down.
    for stops in [[13], [10, 20]] {
      #expect(try Self.run(one, stops: stops, occasion: occasion) == whole, "\(stops)")
    }
  }

  @Test func anotherRunsCheckpointIsRefusedWithWhatIsAnothers() throws {
    let data = try loadDataset(Self.plain)
    var checkpoint: TrainingCheckpoint?
    let recipe = Self.recipe { _ in }
    _ = try train(
      TrainingTests.tiny(data), on: data, recipe: recipe,
      checkpoints: Checkpointing(interval: nil) { one, _ in checkpoint = one }, cancellation: Cancellation()
    ) { _ in }
    let taken = try #require(checkpoint)
    func misfit(_ recipe: TrainingRecipe, _ data: Dataset, _ model: Model, _ start: TrainingCheckpoint)
      -> String?
    {
      do {
        _ = try train(
          model, on: data, recipe: recipe,
          checkpoints: Checkpointing(interval: nil, start: start) { _, _ in },
          cancellation: Cancellation()
        ) { _ in }
        return nil
      } catch let error as CheckpointMisfit {
        return error.what
      } catch {
        return "\(error)"
      }
    }
    let model = try TrainingTests.tiny(data)
    #expect(misfit(recipe, data, model, taken) == nil)
    #expect(misfit(Self.recipe { $0.seed = 12 }, data, model, taken) == "the recipe")
    let fewer = try loadDataset(DatasetRequest(name: "shapes", limit: 500, testLimit: 128))
    #expect(misfit(recipe, fewer, model, taken) == "the number of training images")
    let fewerTests = try loadDataset(DatasetRequest(name: "shapes", limit: 512, testLimit: 100))
    #expect(misfit(recipe, fewerTests, model, taken) == "the number of test images")
    #expect(
      misfit(recipe, data, try Self.network(Self.layersWithDropout, "other", seed: 1), taken)
        == "the network")
    for change: (inout TrainingCheckpoint.Standing) -> Void in [
      { $0.epoch = -1 }, { $0.epoch = .max }, { $0.batch = 1 << 40 }, { $0.stepsDone = 3 }, { $0.rung = 2 },
      { $0.epochsDone = 9 }, { $0.stepTimes = [] }, { $0.updates = -1 },
    ] {
      var damaged = taken
      change(&damaged.standing)
      #expect(misfit(recipe, data, model, damaged) == "the place in the run")
    }
    var short = taken
    short.tensors["value/fc.weight"] = Tensor([1])
    #expect(misfit(recipe, data, model, short)?.contains("fc.weight") ?? false)
  }
}
