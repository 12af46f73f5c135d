import Datasets
import Language
import Quantization
import Training

/// The flowchart for a float model that fits the data; it changes nothing.
struct PlannedAdvice {
  /// Images in the place of training images that may not be used.
  struct StandIn {
    var request: DatasetRequest
    var dataset: Dataset
  }

  var source: ModelEntry
  var recipe: PostTrainingRecipe
  var data: ChosenData
  var verb: Word
  /// Share that may be lost.
  var target: Double
  var images: Int
  var epochs: Int
  var notes: [String] = []
  var standIn: StandIn?

  func run(_ draft: Draft, _ console: Console) throws -> StepEnding {
    announce(console)
    let entry = try draft.entry(source.name)
    if let note = foreignData(entry, data) { console.note(note) }
    let model = try draft.model(entry.name)
    let pace = TrialPace(activity: "advise \(entry.name)", console)
    return try runningTraining(verb) {
      let trials = try QuantizationTrials(
        model, on: data.dataset, calibration: standIn?.dataset, policy: recipe.policy,
        observer: recipe.observer, batches: recipe.batches, batchSize: recipe.batchSize, seed: recipe.seed,
        images: images, cancellation: console.cancellation
      ) { pace.calibrated($0, of: $1) }
      guard let trials else {
        console.note("stopped before the first gate")
        return .interrupted
      }
      console.note(
        "measured on the first \(grouped(trials.imageCount)) of "
          + "\(counted(data.dataset.test.count, "test image")), where \(entry.name) in float has "
          + "\(percentage(trials.accuracy)); chance is about "
          + "\(fixed(100 * accuracyNoise(trials.accuracy, images: trials.imageCount), 2)) points")
      let cells = AdviceCells(
        source: entry.name, standIn: standIn.map { ("\($0.request)", data.choice.text) })
      var adviser = Adviser(
        model: model, entry: entry, recipe: recipe, data: data,
        calibration: standIn?.dataset ?? data.dataset, cells: cells, trials: trials, epochs: epochs,
        console: console,
        path: AdvicePath(source: entry.name, accuracy: trials.accuracy, target: target))
      let ending = try adviser.walk()
      adviser.path.put(console)
      return conclude(adviser.path, ending, console)
    }
  }

  private func announce(_ console: Console) {
    if let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
    guard let standIn else { return }
    console.note(
      "no training image is used: ranges and distillation take \(grouped(standIn.dataset.training.count)) drawn "
        + "figures (data \(standIn.request)); test images only measure")
    if data.choice.request.name == standIn.request.name {
      console.note("the data in use is drawn in the same way, so these figures flatter")
    }
  }

  private func conclude(_ path: AdvicePath, _ ending: Adviser.Ending, _ console: Console) -> StepEnding {
    let accepted = "\(fixed(100 * target, 2)) points"
    switch ending {
    case .stopped:
      console.note("stopped; the gates above are those that were measured")
      return .interrupted
    case .met:
      console.text("within \(accepted); write:")
    case .goOn:
      console.text("no gate keeps the loss within \(accepted); the one that loses least:")
    }
    guard let best = path.best else { return .done }
    if let cell = best.cell { console.text(cell) }
    console.metric(path.source, "advised.drop_points", 100 * path.loss(best.figures))
    return .done
  }
}
