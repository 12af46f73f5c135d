package import Datasets
package import GraphIR

/// What a run leaves: the model after the last whole step, and how far it came.
package struct TrainingOutcome: Sendable {
  package var model: Model
  package var interrupted: Bool
  package var stepsDone: Int
  package var epochsDone: Int
  /// The last epoch's report; nil where the run was stopped before one ended.
  package var lastEpoch: EpochReport?
  /// The class that the model chose for each test image after the last epoch; empty where none ended.
  package var lastPredictions: [Int] = []
  /// Median milliseconds of a step; of those in which no teacher ran, where there are any.
  package var stepMilliseconds: Double
  /// The same of the steps in which a teacher ran; nil where none did.
  package var teacherStepMilliseconds: Double?
}

/// Why a run can't start or go on.
package enum TrainingError: Error, Equatable {
  case classesDiffer(model: Int, data: Int)
  case inputDiffers(model: Shape, data: Shape)
  /// The loss became infinite or NaN at a step.
  case nonFiniteLoss(step: Int)
  case emptyData
  case unsupported(String)
}

/// Trains a float model, or with `recipe.quantization` a fake-quantized one that starts from it.
///
/// `teachers` are models by the names that the recipe's distillation terms use; they run in inference mode with batch
/// norm folded, and learn nothing. Where `logits` is given and images are not augmented, a teacher computes each
/// image's logits once; the result is the same. Images that fill no whole batch are left out of an epoch, others in
/// each. Reports arrive on the calling thread. Same arguments, binary and thread count give the same bits.
package func train(
  _ model: consuming Model, on data: Dataset, recipe: TrainingRecipe,
  teachers: consuming [String: Model] = [:], logits: LogitsLibrary? = nil, cancellation: Cancellation,
  report: (TrainingEvent) throws -> Void
) throws -> TrainingOutcome {
  let run = try TrainingRun(
    consume model, data: data, recipe: recipe, teachers: consume teachers, logits: logits)
  return try run.perform(cancellation: cancellation, report: report)
}
