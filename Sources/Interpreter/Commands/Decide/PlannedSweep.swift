import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

/// A sweep over the layers of a float model that fits the data; it changes nothing.
struct PlannedSweep {
  var source: String
  var policy: QuantizationPolicy
  var observer = ObserverKind.histogram
  /// Its validation images choose, its test images have the final figure.
  var data: ChosenData
  /// What one of the images that choose is called.
  var choosingNoun = "validation image"
  var verb: Word
  var images: Int
  /// Share of the images whose loss is accepted.
  var target: Double
  var seed: UInt64
  var notes: [String] = []

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
    if let note = foreignData(try workspace.entry(source), data) { console.note(note) }
    let model = try workspace.weights(of: source)
    let pace = TrialPace(activity: verb.text + " " + source, console)
    return try runningTraining(verb) {
      let trials = try QuantizationTrials(
        model, on: data.trialDataset,
        recipe: PostTrainingRecipe(policy: policy, observer: observer, batches: 8, seed: seed),
        images: images,
        cancellation: console.cancellation
      ) { pace.calibrated($0, of: $1) }
      guard let trials else {
        console.note("stopped before the first trial")
        return .interrupted
      }
      say(trials, console)
      let report = try trials.sensitivity(policy, cancellation: console.cancellation) {
        pace.tried($0, of: $1, stage: $2)
      }
      SensitivityTable(
        source: source, report: report, accuracy: trials.accuracy, images: trials.imageCount,
        hits: trials.hits
      ).put(console)
      guard report.isComplete else {
        console.note("stopped: layers without figures were not tried")
        return .interrupted
      }
      return try suggest(report, trials, pace, console)
    }
  }

  private func say(_ trials: QuantizationTrials, _ console: Console) {
    console.note(
      "\(policy.activationBits) bits, grids of \(policy.backend.rawValue), ranges by \(observer.name) from 256 training "
        + "images at the most, the same for all trials; trials compute in float with values rounded as integers would be"
    )
    let step = 100 / Double(trials.imageCount)
    console.note(
      "each trial classifies the first \(grouped(trials.imageCount)) of "
        + "\(counted(data.trialDataset.test.count, choosingNoun)): one image is \(threeDigits(step)) points; float "
        + "\(percentage(trials.accuracy))")
  }

  /// Says which layers to leave in float so that the loss is accepted.
  private func suggest(
    _ report: SensitivityReport, _ trials: QuantizationTrials, _ pace: TrialPace, _ console: Console
  ) throws -> PlanEnding {
    let accepted = "\(fixed(100 * target, 2)) points"
    guard let all = report.quantized else { return .interrupted }
    let difference = PairedDifference(trials.hits, all.hits)
    if difference.loss <= target + 1e-9 {
      let isOpen = !doubt(difference).isEmpty
      console.text(
        "\(isOpen ? "on these images " : "")no layer needs to stay in float: with all quantized \(difference.words), "
          + "accepted are \(accepted)" + doubt(difference))
      console.metric(source, "keep_layers", 0)
      return try verify(policy, trials, console)
    }
    let ranking = report.layers.map(\.layer)
    let kept = try trials.fewestKept(
      policy, ranking: ranking, target: target, cancellation: console.cancellation
    ) { pace.searching($0) }
    if console.cancellation.isCancelled {
      console.note("stopped before it was known which layers to keep in float")
      return .interrupted
    }
    guard let kept else {
      console.text(
        "no keep(…) helps: even with \(ranking.last ?? "one layer") alone quantized the loss stays above "
          + "\(accepted); train with quantization instead: qat student from \(source)")
      return .done
    }
    let layers = kept.layers.joined(separator: ", ")
    let remaining = PairedDifference(trials.hits, kept.figures.hits)
    console.text(
      "with keep(\(layers)) \(remaining.words), without it \(PairedDifference.points(100 * difference.loss)), accepted are "
        + "\(accepted): \(counted(kept.layers.count, "layer")) of \(ranking.count) in float, measured together"
        + doubt(remaining))
    console.metric(source, "keep_layers", Double(kept.layers.count))
    console.metric(source, "keep_drop_points", 100 * remaining.loss, cases: trials.imageCount)
    return try verify(policy.keeping(kept.layers), trials, console)
  }

  /// What the choice loses on test images that had no part in it.
  private func verify(
    _ policy: QuantizationPolicy, _ trials: QuantizationTrials, _ console: Console
  ) throws -> PlanEnding {
    guard let difference = try data.verified(trials, policy, images: images, console, "verify \(source)")
    else {
      console.note("stopped before the choice was verified")
      return .interrupted
    }
    console.metric(
      source, "verified_drop_points", 100 * difference.loss,
      text: "verified on \(counted(difference.images, "test image")) that chose nothing: \(difference.words)",
      cases: difference.images)
    return .done
  }

  /// What is said where the trials' images leave open whether a loss is accepted.
  private func doubt(_ difference: PairedDifference) -> String {
    guard case .open(let needed) = AdviceVerdict(difference, target: target) else { return "" }
    return "; " + difference.openWords(needed, target: target)
  }
}
