import Datasets
import GraphIR
import Language
import Text
import Training

/// A sweep over learning rates, as `lr-find` shows it and `lr auto` takes it.
struct RateSearch {
  var activity: String
  /// Of the run that the rate is for.
  var recipe: TrainingRecipe
  var data: Dataset
  var logits: LogitsLibrary?
  var verb: Word
  var models: (Workspace) throws -> (start: Model, teachers: [String: Model])

  /// Nil where it was cancelled.
  func run(_ workspace: Workspace, _ console: Console) throws -> LearningRateSweep? {
    let (start, teachers) = try models(workspace)
    let watch = Stopwatch()
    return try runningTraining(verb) {
      try sweepLearningRate(
        start, on: data, recipe: recipe, teachers: teachers, logits: logits,
        cancellation: console.cancellation
      ) { done, total, rate, loss in
        console.progress {
          Progress(
            activity: activity, done: done, total: total, stage: "sweep of the learning rate",
            figures: [
              Progress.Figure("loss", significant(loss), value: loss),
              Progress.Figure("lr", significant(rate)),
            ],
            secondsLeft: watch.seconds / Double(done) * Double(total - done))
        }
      }
    }
  }
}

extension LearningRateSweep {
  /// "a sweep of 106 steps from 1e-06 to 10".
  var words: String {
    let last = points.last?.rate ?? Self.least
    return "a sweep of \(counted(points.count, "step")) from \(plain(Self.least)) to \(significant(last))"
      + (diverged ? ", where the loss went out of bounds," : "")
  }

  /// The rule by which the rate was taken.
  var ruleWords: String {
    switch choice {
    case .steepest:
      "where the smoothed loss falls steepest over the logarithm of the rate, before it is least"
    case .belowLeast:
      "a tenth of the rate at which the loss is least: it falls by less than a twentieth, as of a network that has "
        + "learned"
    case .none: "no rate lowers the loss"
    }
  }

  /// The rate that a run takes, and the words that say so.
  func rate(otherwise usual: Double) -> (Double, String) {
    guard let rate = choice.rate else {
      return (usual, "lr \(plain(usual)), the usual one: in \(words) no rate lowers the loss")
    }
    return (rate, "lr \(plain(rate)): \(words) found it \(ruleWords)")
  }
}
