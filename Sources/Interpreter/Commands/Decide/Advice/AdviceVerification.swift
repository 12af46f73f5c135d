import Datasets
import GraphIR
import Text
import Training

/// Measures the advised model once, on images that took no part in choosing it.
struct AdviceVerification {
  var adviser: Adviser
  var images: AdviceImages
  var verifying: ImageSet
  var data: ChosenData
  /// Share that may be lost.
  var target: Double

  private var console: Console { adviser.console }
  private var source: String { adviser.entry.name }

  func run(_ best: AdviceGate) throws -> PlanEnding {
    guard let advised = try model(of: best), let before = try hits(of: adviser.model, named: source),
      let after = try hits(of: advised, named: best.name), !console.cancellation.isCancelled
    else {
      console.note("stopped before the answer was verified")
      return .interrupted
    }
    let difference = PairedDifference(before, after)
    let share = Double(after.count { $0 }) / Double(after.count)
    console.metric(
      source, "advised.drop_points", 100 * difference.loss,
      text:
        "verified on \(counted(after.count, "test image")) that chose nothing: \(percentage(share)), "
        + "\(difference.words); \(verdictWords(difference))")
    console.metrics(source, "advised", difference.interval)
    console.metric(source, "advised.accuracy", share)
    console.metric(source, "advised.images", Double(after.count))
    return .done
  }

  /// The model as its cell makes it; one that was trained on less than the data in use is taken as it is.
  private func model(of best: AdviceGate) throws -> Model? {
    guard case .heldOut(let all) = images.origin else { return best.model }
    guard let recipe = best.recipe else {
      console.note(
        "the gate was trained on \(grouped(images.choosing.training.count)) of the \(grouped(all)) training images, and is "
          + "verified so; its cell trains on all")
      return best.model
    }
    return try adviser.integerModel(recipe.fitting(data.dataset.training), on: data.dataset)
  }

  private func hits(of model: Model, named name: String) throws -> [Bool]? {
    console.progress {
      Progress(activity: "advise \(source)", done: 0, total: 1, stage: "verifying \(name)")
    }
    let evaluation = try evaluate(
      model, on: verifying, of: data.dataset, cancellation: console.cancellation)
    return evaluation.map { zip($0.predictions, verifying.labels).map { $0 == Int($1) } }
  }

  private func verdictWords(_ difference: PairedDifference) -> String {
    let accepted = "\(fixed(100 * target, 2)) points"
    return switch AdviceVerdict(difference, target: target) {
    case .within: "that is within \(accepted)"
    case .tooMuch: "that is more than \(accepted)"
    case .open(let needed): difference.openWords(needed, target: target)
    }
  }
}
