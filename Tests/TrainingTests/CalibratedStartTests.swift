import Datasets
import GraphIR
import Quantization
import Testing
import Training

/// Runs whose activation ranges are calibrated before the first step.
@Suite struct CalibratedStartTests {
  static let images = "input.activation_post_process"
  static let hidden = "relu2.activation_post_process"
  static let trained = Result { () throws -> (data: Dataset, model: Model) in
    let data = try TrainingTests.shapes()
    let recipe = TrainingRecipe(epochs: 2, batchSize: 64, learningRate: 1e-2)
    return (
      data,
      try train(TrainingTests.tiny(data), on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
        .model
    )
  }

  /// A run that stops after its first step, at a rate that moves nothing.
  static func firstStep(
    _ policy: QuantizationPolicy, calibrated: Bool, observer: ObserverKind = .minmax
  ) throws -> ParameterSet {
    let (data, model) = try trained.get()
    let cancellation = Cancellation()
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64, learningRate: 1e-20, schedule: .constant,
      quantization: QuantizationRecipe(
        policy: policy, calibration: calibrated ? RangeCalibration(batches: 5, observer: observer) : nil))
    return try train(model, on: data, recipe: recipe, cancellation: cancellation) { event in
      if case .step = event { cancellation.cancel() }
    }.model.parameters
  }

  static func byHand(_ policy: QuantizationPolicy, observer: ObserverKind = .minmax) throws -> ParameterSet {
    let (data, model) = try trained.get()
    return try #require(
      try calibrate(
        model, on: data, policy: policy, observer: observer,
        batches: CalibrationBatches(count: 5, size: 64, of: data.training), seed: 0,
        cancellation: Cancellation())
    ).parameters
  }

  /// m + c·(batch − m) of the calibrated range m; without calibration the first batch's own range.
  @Test(arguments: ["min_val", "max_val"])
  func theMovingAverageGoesOnFromTheCalibratedRange(end: String) throws {
    let policy = QuantizationPolicy()
    func value(_ set: ParameterSet, _ observer: String) throws -> Float {
      try #require(set[observer + "." + end]?.floats.first)
    }
    let calibrated = try Self.byHand(policy)
    let with = try Self.firstStep(policy, calibrated: true)
    let without = try Self.firstStep(policy, calibrated: false)
    let m = try value(calibrated, Self.images)
    let batch = try value(without, Self.images)
    #expect(try value(with, Self.images) == m + 0.01 * (batch - m))
    // What the first layer computes depends on the grid of the images, but little.
    let (range, first) = (try value(calibrated, Self.hidden), try value(without, Self.hidden))
    let moved = try value(with, Self.hidden)
    #expect(abs(moved - (range + 0.01 * (first - range))) <= 1e-3 * abs(range))
    #expect(
      end == "min_val" || abs(range - first) > 0.01 * range, "\(range) and \(first) are too near to tell")
  }

  @Test(arguments: [
    (QuantizationPolicy.Scheme.learnedScale, "scale"), (.clippedActivation, "alpha"),
  ])
  func aTrainedRangeGoesOnFromTheCalibratedOne(scheme: QuantizationPolicy.Scheme, name: String) throws {
    let policy = QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: scheme)
    let key = Self.hidden + "." + name
    let calibrated = try #require(try Self.byHand(policy, observer: .mse)[key])
    #expect(try Self.firstStep(policy, calibrated: true, observer: .mse)[key] == calibrated)
    #expect(try Self.firstStep(policy, calibrated: false)[key] != calibrated)
  }

  @Test func itIsToldBeforeTheFirstStep() throws {
    let (data, model) = try Self.trained.get()
    var told: [String] = []
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64, learningRate: 1e-3,
      quantization: QuantizationRecipe(
        ladder: WidthLadder([8, 4]), calibration: RangeCalibration(batches: 100, observer: .percentile)))
    let cancellation = Cancellation()
    let outcome = try train(model, on: data, recipe: recipe, cancellation: cancellation) { event in
      switch event {
      case .calibrating(let done, let batches): told.append("\(done)/\(batches)")
      case .calibrated(let report):
        told.append("\(report.ranges) ranges, \(report.images) images, \(report.calibration.batches) batches")
      case .step(let report): told.append("step \(report.step)")
      case .teacherLogits, .epoch, .scheduled, .blend: break
      }
    }
    #expect(
      told.prefix(10) == [
        "1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8", "3 ranges, 512 images, 8 batches", "step 1",
      ])
    #expect(outcome.stepsDone == 8)
  }

  @Test func aCancelledCalibrationLeavesTheModelAsItWas() throws {
    let (data, model) = try Self.trained.get()
    let cancellation = Cancellation()
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64,
      quantization: QuantizationRecipe(calibration: RangeCalibration(batches: 4)))
    let outcome = try train(model, on: data, recipe: recipe, cancellation: cancellation) { event in
      if case .calibrating(2, _) = event { cancellation.cancel() }
    }
    #expect(outcome.interrupted && outcome.stepsDone == 0)
    #expect(outcome.model == model)
  }

  @Test func aModelThatIsQuantizedAlreadyIsNotCalibrated() throws {
    let (data, model) = try Self.trained.get()
    let recipe = TrainingRecipe(
      epochs: 1, batchSize: 64,
      quantization: QuantizationRecipe(calibration: RangeCalibration(batches: 4)))
    #expect(throws: TrainingError.self) {
      try train(
        prepare(model, policy: QuantizationPolicy()), on: data, recipe: recipe, cancellation: Cancellation()
      ) { _ in }
    }
  }
}
