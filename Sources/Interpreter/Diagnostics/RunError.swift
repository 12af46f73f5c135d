package import Language
import Text
package import Training

/// Why a run that was planned came to no result.
package struct RunError: Error {
  /// What the training part gave as the cause.
  package var cause: TrainingError
  package var verb: Word
  /// Where a learning rate was written; nil where the default held.
  package var learningRateRange: SourceRange?
  package var learningRate: Double?
}

/// An error of a part that is not told apart further.
package struct UnexpectedError: Error {
  package var text: String
  package var range: SourceRange

  init(_ cause: EngineCause, range: SourceRange) {
    text = (cause.node.map { "layer \($0): " } ?? "") + cause.reason
    self.range = range
  }
}

/// Runs a call into the training part; what it throws is placed at the verb.
func runningTraining<T>(_ verb: Word, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let cause as TrainingError {
    throw RunError(cause: cause, verb: verb)
  }
}

extension RunError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch cause {
    case .classesDiffer(let model, let data):
      complaint(
        "classes-differ", "the model tells \(model) classes apart, but the data has \(data)",
        at: verb.range, remedy: "choose the model's data with: data NAME")
    case .inputDiffers(let model, let data):
      complaint(
        "input-differs", "the model takes images of \(model), but the data has \(data)", at: verb.range,
        remedy: "choose the model's data with: data NAME size S")
    case .nonFiniteLoss(let step):
      diverged("loss-not-finite", "the loss became infinite or not a number at step \(step)")
    case .nonFiniteParameter(let name, let step?):
      diverged("weights-not-finite", "\(name) became infinite or not a number at step \(step)")
    case .nonFiniteParameter(let name, nil):
      complaint(
        "weights-not-finite", "\(name) of the model is infinite or not a number", at: verb.range,
        remedy: "train the model again with a smaller lr, or forget it")
    case .emptyData:
      complaint(
        "data-empty", "the data has no image to train on", at: verb.range,
        remedy: "raise its limit: data NAME limit 1000")
    case .fewerStepsThanRungs(let steps, let rungs):
      complaint(
        "ladder-longer-than-run",
        "\(rungs) rungs need a step each, and the run has \(counted(steps, "step")) in all", at: verb.range,
        remedy: "train for more epochs, or in smaller batches")
    case .unsupported(let what):
      complaint("unsupported", "\(verb.text) can't do this: \(what)", at: verb.range)
    }
  }

  private func diverged(_ id: String, _ message: String) -> Diagnostic {
    let remedy: String
    if let learningRate {
      remedy =
        "the steps were too large for this network: write lr \(plain(tenth(of: learningRate))) instead of "
        + "lr \(plain(learningRate)); nothing of this run was kept"
    } else {
      remedy = "train it again with a smaller lr"
    }
    return complaint(
      id, message, at: learningRateRange ?? verb.range, label: learningRateRange == nil ? nil : "too large",
      remedy: remedy)
  }
}

extension UnexpectedError: DiagnosedError {
  package var diagnostic: Diagnostic { complaint("failed", text, at: range) }
}
