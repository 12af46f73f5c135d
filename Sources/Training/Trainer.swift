package import Datasets
package import GraphIR
package import Quantization

/// What a run leaves: the model after the last whole step, and how far it came.
package struct TrainingOutcome: Sendable {
  package var model: Model
  /// The policy that the model's grids follow, the rung's that a ladder had reached; nil where nothing is quantized.
  package var policy: QuantizationPolicy?
  package var interrupted: Bool
  package var stepsDone: Int
  package var epochsDone: Int
  /// The last epoch's report; nil where the run was stopped before one ended.
  package var lastEpoch: EpochReport?
  /// The class that the model chose for each test image; empty where no epoch ended.
  package var lastPredictions: [Int] = []
  /// Of the model on the test images; nil where no epoch ended, or the run was stopped.
  package var test: TestFigures?
  /// The epoch whose weights the model has, where that was chosen; nil where it has the last step's.
  package var chosenEpoch: EpochReport?
  /// True where the run ended because later epochs were no better.
  package var stoppedEarly = false
  /// Median milliseconds of a step; of those in which no teacher ran, where there are any.
  package var stepMilliseconds: Double
  /// The same of the steps in which a teacher ran; nil where none did.
  package var teacherStepMilliseconds: Double?
}

/// A model's accuracy and mean cross-entropy on the test images.
package struct TestFigures: Sendable, Hashable, Codable {
  package var accuracy: Double
  package var loss: Double
}

/// Why a run can't start or go on.
package enum TrainingError: Error, Equatable {
  case classesDiffer(model: Int, data: Int)
  case inputDiffers(model: Shape, data: Shape)
  /// The loss became infinite or NaN at a step.
  case nonFiniteLoss(step: Int)
  /// A parameter is infinite or NaN, after a step of the run or, without one, in a model that is to be used.
  case nonFiniteParameter(String, step: Int?)
  case emptyData
  /// A width ladder in a run that has not even one step for each rung.
  case fewerStepsThanRungs(steps: Int, rungs: Int)
  case unsupported(String)
}

/// Trains a float model, or with `recipe.quantization` a fake-quantized one that starts from it.
///
/// `teachers` are models by the names that the recipe's distillation terms use; they run in inference mode with batch
/// norm folded, and learn nothing. Where `logits` is given and images are not augmented, a teacher computes each
/// image's logits once; the result is the same. Images that fill no whole batch are left out of an epoch, others in
/// each. Where the data has validation images, epochs are looked at on those, and the test images once, at the end; a
/// recipe that chooses among epochs needs them. A warm-up by calibration comes before the first step, and needs a float model. Reports arrive on the calling
/// thread. Same arguments, binary and thread count give the same bits. Throws `TrainingError.nonFiniteLoss` or
/// `.nonFiniteParameter` where the loss, or what the last step left, is no number: no model comes out that has none.
///
/// With `checkpoints` the run tells where it stands from time to time, and goes on from where another one with the same
/// arguments stood: then it ends in the same bits as if it had not been stopped, and reports what is left. Throws
/// `CheckpointMisfit` where the checkpoint is another run's.
package func train(
  _ model: consuming Model, on data: Dataset, recipe: TrainingRecipe,
  teachers: consuming [String: Model] = [:], logits: LogitsLibrary? = nil,
  checkpoints: Checkpointing? = nil, cancellation: Cancellation, report: (TrainingEvent) throws -> Void
) throws -> TrainingOutcome {
  // What calibration finds is a part of the checkpoint.
  if checkpoints?.start == nil, let quantization = recipe.quantization,
    let calibration = quantization.calibration
  {
    let calibrated = try warmUp(
      model, on: data, recipe: recipe, calibration: calibration, policy: quantization.rungs[0],
      cancellation: cancellation, report: report)
    guard let calibrated else {
      return TrainingOutcome(
        model: model, interrupted: true, stepsDone: 0, epochsDone: 0, lastEpoch: nil, stepMilliseconds: 0)
    }
    model = calibrated
  }
  let run = try TrainingRun(
    consume model, data: data, recipe: recipe, teachers: consume teachers, logits: logits)
  return try run.perform(checkpoints, cancellation: cancellation, report: report)
}

/// The model with the activation ranges that calibration finds; nil where it was cancelled.
func warmUp(
  _ model: Model, on data: Dataset, recipe: TrainingRecipe, calibration: RangeCalibration,
  policy: QuantizationPolicy, cancellation: Cancellation, report: (TrainingEvent) throws -> Void
) throws -> Model? {
  guard model.kind == .float else {
    throw TrainingError.unsupported("calibration of a model that is not float")
  }
  let batches = CalibrationBatches(count: calibration.batches, size: recipe.batchSize, of: data.training)
  let calibrated = try calibrate(
    model, on: data, policy: policy, observer: calibration.observer, batches: batches,
    seed: recipe.seed, cancellation: cancellation
  ) { try report(.calibrating(done: $0, batches: $1)) }
  guard let calibrated else { return nil }
  let ranges = calibrated.graph.nodes.count { node in
    if case .fakeQuantize(let quantizer) = node.operation { quantizer.observes } else { false }
  }
  try report(
    .calibrated(
      CalibrationReport(
        calibration: RangeCalibration(batches: batches.count, observer: calibration.observer),
        images: batches.images, ranges: ranges)))
  return calibrated
}
