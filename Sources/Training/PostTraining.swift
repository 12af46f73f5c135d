package import Datasets
package import GraphIR
package import Quantization

/// How a float model is quantized without training: grids, calibration, and the repairs around it.
package struct PostTrainingRecipe: Hashable, Sendable, Codable {
  package var policy: QuantizationPolicy
  package var observer: ObserverKind
  /// Calibration batches, and images in each.
  package var batches: Int
  package var batchSize: Int
  package var seed: UInt64
  /// Cross-layer equalization before everything else.
  package var equalizes: Bool
  /// Batch-norm statistics measured anew in the quantized network.
  package var reestimatesBatchNorm: Bool
  /// Rounding up or down learned layer by layer; nil rounds to the nearest.
  package var rounding: RoundingRecipe?
  package var correctsBias: Bool

  package init(
    policy: QuantizationPolicy = QuantizationPolicy(), observer: ObserverKind = .histogram,
    batches: Int = 100, batchSize: Int = 32, seed: UInt64 = 0, equalizes: Bool = false,
    reestimatesBatchNorm: Bool = false, rounding: RoundingRecipe? = nil, correctsBias: Bool = false
  ) {
    self.policy = policy
    self.observer = observer
    self.batches = batches
    self.batchSize = batchSize
    self.seed = seed
    self.equalizes = equalizes
    self.reestimatesBatchNorm = reestimatesBatchNorm
    self.rounding = rounding
    self.correctsBias = correctsBias
  }
}

/// A step of post-training quantization that takes its time.
package enum PostTrainingStage: String, Sendable, CaseIterable {
  case ranges = "channel ranges"
  case calibration
  case batchNorm = "batch norm"
  case rounding
  case bias = "bias correction"
}

/// What post-training quantization tells while it goes.
package enum PostTrainingEvent: Sendable {
  case progress(PostTrainingStage, done: Int, total: Int)
  case equalized(Equalization)
  case rounded(RoundingOutcome)
}

/// Static post-training quantization: a float model in, a fake-quantized one with batch norm folded out, ready to be
/// converted.
///
/// In this order: equalization, batch-norm re-estimation, calibration, learned rounding, bias correction; each works on
/// what those before it have left. Repairs that run the network layer after layer look at 512 images at the most.
/// Reports arrive on the calling thread; nil where it was cancelled.
package func quantizeAfterTraining(
  _ model: Model, on data: Dataset, recipe: PostTrainingRecipe, cancellation: Cancellation,
  report: (PostTrainingEvent) -> Void
) throws -> Model? {
  try check(model, fits: data.training, classes: data.classNames.count)
  let run = PostTrainingRun(data: data, recipe: recipe, cancellation: cancellation)
  var float = try absorbBiases(model)
  if recipe.equalizes {
    guard let result = try run.equalized(float, report) else { return nil }
    report(.equalized(result))
    float = result.model
  }
  if recipe.reestimatesBatchNorm {
    guard let result = try run.reestimated(float, report) else { return nil }
    float = result
  }
  let folded = try foldBatchNorm(float)
  guard var quantized = try run.calibrated(folded, report) else { return nil }
  if let rounding = recipe.rounding {
    let outcome = try adaptRounding(
      quantized, float: folded, on: data, batches: run.fewer, recipe: rounding, seed: recipe.seed,
      cancellation: cancellation
    ) { report(.progress(.rounding, done: $0, total: $1)) }
    guard let outcome else { return nil }
    report(.rounded(outcome))
    quantized = outcome.model
  }
  guard recipe.correctsBias else { return quantized }
  return try correctBias(
    quantized, float: folded, on: data, batches: run.fewer, seed: recipe.seed, cancellation: cancellation
  ) { report(.progress(.bias, done: $0, total: $1)) }
}

private struct PostTrainingRun {
  var data: Dataset
  var recipe: PostTrainingRecipe
  var cancellation: Cancellation

  private var batches: CalibrationBatches {
    CalibrationBatches(count: recipe.batches, size: recipe.batchSize, of: data.training)
  }
  var fewer: CalibrationBatches {
    CalibrationBatches(
      count: min(recipe.batches, max(1, 512 / batches.size)), size: recipe.batchSize, of: data.training)
  }

  func equalized(_ float: Model, _ report: (PostTrainingEvent) -> Void) throws -> Equalization? {
    let maxima = try channelMaxima(
      of: float, on: data, batches: batches, seed: recipe.seed, cancellation: cancellation
    ) { report(.progress(.ranges, done: $0, total: $1)) }
    return try maxima.map { try equalize(float, maxima: $0) }
  }

  func reestimated(_ float: Model, _ report: (PostTrainingEvent) -> Void) throws -> Model? {
    guard let quantized = try calibrated(float, report) else { return nil }
    return try reestimateBatchNorm(
      float, quantized: quantized, on: data, batches: batches, seed: recipe.seed, cancellation: cancellation
    ) { report(.progress(.batchNorm, done: $0, total: $1)) }
  }

  func calibrated(_ float: Model, _ report: (PostTrainingEvent) -> Void) throws -> Model? {
    try calibrate(
      float, on: data, policy: recipe.policy, observer: recipe.observer, batches: batches, seed: recipe.seed,
      cancellation: cancellation
    ) { report(.progress(.calibration, done: $0, total: $1)) }
  }
}
