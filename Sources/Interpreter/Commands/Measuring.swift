import Datasets
import Execution
import GraphIR
import Text
import Training

extension Console {
  /// Evaluates a model on the data's test images, showing how far it is; nil where it was cancelled.
  ///
  /// `logits` gets those of each batch, [images, classes].
  func evaluation(
    of model: Model, named name: String, on data: ChosenData, precision: TrainingPrecision = .float32,
    logits: (UnsafeBufferPointer<Float>) -> Void = { _ in }
  ) throws -> Evaluation? {
    let watch = Stopwatch()
    return try evaluate(
      model, on: data.dataset.test, of: data.dataset, precision: precision, cancellation: cancellation,
      logits: logits
    ) { done, total in
      progress {
        let seconds = watch.seconds
        return Progress(
          activity: "evaluate \(name)", done: done, total: total,
          figures: [
            Progress.Figure("", grouped(Int(clamping: Double(done) / max(seconds, 1e-6))) + " images/s")
          ],
          secondsLeft: done > 0 ? seconds / Double(done) * Double(total - done) : nil)
      }
    }
  }
}

extension Console {
  /// What a model makes of the data's test images: known from before, or found out now; nil where it was cancelled.
  func answers(
    of model: Model, named name: String, on data: ChosenData, precision: TrainingPrecision = .float32,
    _ library: AnswersLibrary
  ) throws -> Evaluation? {
    try library.evaluation(of: model, on: data.dataset, precision: precision) {
      try evaluation(of: model, named: name, on: data, precision: precision)
    }
  }
}

extension ChosenData {
  /// Whether each test image is classified right, in order.
  func hits(_ evaluation: Evaluation) -> [Bool] {
    zip(evaluation.predictions, dataset.test.labels).map { $0 == Int($1) }
  }

  /// What the second loses against the first, image by image.
  func difference(_ first: Evaluation, _ second: Evaluation) -> PairedDifference {
    PairedDifference(hits(first), hits(second))
  }
}

/// Share of images for which two models choose the same class; 1 for no image.
func agreement(_ one: [Int], _ other: [Int]) -> Double {
  guard !one.isEmpty else { return 1 }
  return Double(zip(one, other).count { $0 == $1 }) / Double(one.count)
}
