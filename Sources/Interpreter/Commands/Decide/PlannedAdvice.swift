import Datasets
import GraphIR
import Language
import Quantization
import Text
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
  /// How QAT is tried, but for its teachers.
  var training: TrainingRecipe
  var data: ChosenData
  var verb: Word
  /// Share that may be lost.
  var target: Double
  /// How many images gates are measured on, where there are as many.
  var images: Int
  /// Larger float models that fit the data, the largest first.
  var teachers: [ModelEntry] = []
  var notes: [String] = []
  var standIn: StandIn?

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    let entry = try workspace.entry(source.name)
    let images = try chosenImages(workspace, entry)
    announce(console)
    if let note = foreignData(entry, data) { console.note(note) }
    let model = try workspace.weights(of: entry.name)
    let learnt = standIn?.dataset ?? images.choosing
    let recipe = recipe.fitting(learnt.training)
    let pace = TrialPace(activity: "advise \(entry.name)", console)
    return try runningTraining(verb) {
      let trials = try QuantizationTrials(
        model, on: images.choosing, calibration: standIn?.dataset, recipe: recipe,
        images: images.choosing.test.count, cancellation: console.cancellation
      ) { pace.calibrated($0, of: $1) }
      guard let trials else {
        console.note("stopped before the first gate")
        return .interrupted
      }
      console.note(
        "gates are measured on \(images.words(model: entry.name, data: data)), where \(entry.name) in float has "
          + percentage(trials.accuracy) + images.verifyingWords)
      if let caution = images.caution(entry, data) { console.note(caution) }
      var training = training
      training.batchSize = min(training.batchSize, learnt.training.count)
      var adviser = Adviser(
        model: model, entry: entry, recipe: recipe, training: training, data: learnt, cells: cells,
        trials: trials, teachers: teachers.map(\.name), workspace: workspace, console: console,
        path: AdvicePath(source: entry.name, hits: trials.hits, target: target))
      let ending = try adviser.walk()
      adviser.path.put(console)
      return try conclude(adviser, ending, images)
    }
  }

  private var cells: AdviceCells {
    AdviceCells(source: source.name, standIn: standIn.map { ("\($0.request)", data.choice.text) })
  }

  private func chosenImages(_ workspace: Workspace, _ entry: ModelEntry) throws -> AdviceImages {
    let seen = try workspace.trainingImagesSeen(by: entry, of: data.choice.request)
    do throws(DatasetError) {
      return try AdviceImages(
        data, wanted: images, seen: seen, mayTrain: standIn == nil,
        workspace.library.loading(data.choice.request))
    } catch {
      throw SessionError.data(error, verb.range)
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
}

extension PlannedAdvice {
  private func conclude(
    _ adviser: Adviser, _ ending: Adviser.Ending, _ images: AdviceImages
  ) throws -> PlanEnding {
    let (path, console) = (adviser.path, adviser.console)
    let accepted = "\(fixed(100 * target, 2)) points"
    switch ending {
    case .stopped:
      console.note("stopped; the gates above are those that were measured")
      return .interrupted
    case .met: console.text("within \(accepted) on \(counted(path.hits.count, "image")); write:")
    case .goOn where path.isOpen:
      console.text(
        "no gate is known to keep the loss within \(accepted); the best of those that were measured:")
    case .goOn: console.text("every gate loses more than \(accepted); the one that loses least:")
    }
    guard let best = path.best else { return .done }
    if let cell = best.cell { console.text(cell) }
    guard let verifying = images.verifying else {
      console.note("it is not verified: there is no other test image")
      return .done
    }
    return try AdviceVerification(
      adviser: adviser, images: images, verifying: verifying, data: data, target: target
    ).run(best)
  }
}

extension PostTrainingRecipe {
  /// The same with the usual batches, or as many as the images fill.
  func fitting(_ images: ImageSet) -> PostTrainingRecipe {
    var recipe = self
    let usual = PostTrainingRecipe()
    let batches = CalibrationBatches(count: usual.batches, size: usual.batchSize, of: images)
    (recipe.batches, recipe.batchSize) = (batches.count, batches.size)
    return recipe
  }
}
