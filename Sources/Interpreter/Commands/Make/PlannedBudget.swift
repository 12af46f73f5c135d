import GraphIR
import Language
import Quantization
import SessionStore
import Text
import Training

/// Widths for a size, chosen by what each layer loses; then the QAT run that has them.
struct PlannedBudget {
  var source: String
  /// Bytes of the saved integer model.
  var budget: Int
  /// Where the size is written.
  var range: SourceRange
  var policy: QuantizationPolicy
  /// Its validation images choose, its test images have the final figure.
  var data: ChosenData
  /// What one of the images that choose is called.
  var choosingNoun = "validation image"
  var verb: Word
  var images: Int
  var seed: UInt64
  var notes: [String] = []
  /// Nil where only the widths are wanted.
  var run: PlannedRun?

  func run(_ workspace: inout Workspace, _ console: Console) throws -> PlanEnding {
    if run == nil, let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
    let model = try workspace.weights(of: source)
    let chosen = try runningTraining(verb) { try widths(for: model, console) }
    guard let chosen, !console.cancellation.isCancelled else {
      console.note("stopped before the widths were chosen; nothing was kept")
      return .interrupted
    }
    guard var run else { return .done }
    run.recipe.quantization?.policy = chosen
    return try run.run(&workspace, console)
  }

  /// The policy that keeps the model within its budget; nil where it was cancelled.
  private func widths(for model: Model, _ console: Console) throws -> QuantizationPolicy? {
    let pace = TrialPace(activity: verb.text + " " + source, console)
    let trials = try QuantizationTrials(
      model, on: data.trialDataset, recipe: PostTrainingRecipe(policy: policy, batches: 8, seed: seed),
      images: images,
      cancellation: console.cancellation
    ) { pace.calibrated($0, of: $1) }
    guard let trials else { return nil }
    // Other widths are other codes of the same tensors: one conversion tells every size.
    let file = WeightsFile(try Training.convert(trials.model(policy)))
    func size(_ widths: [LayerWidth]) throws -> Int {
      try file.byteCount(
        weightBits: Dictionary(widths.map { ($0.layer, $0.bits) }, uniquingKeysWith: min))
    }
    let plain = try file.byteCount
    let least = try size(try narrowest(trials.layers) { plain - (try size([$0])) })
    try requireChoice(plain: plain, least: least)
    guard let quantized = try trials.figures(of: policy, cancellation: console.cancellation),
      let layers = try trials.layerWidths(
        policy, cancellation: console.cancellation, savedBytes: { plain - (try size([$0])) },
        progress: { pace.tried($0, of: $1, stage: $2) })
    else { return nil }
    let front = WidthFront(layers: layers, quantized: quantized.signalToNoise)
    guard let chosen = try front.fitting(budget, size: { try size($0.narrow) }) else {
      throw tooSmall(plain: plain, least: least)
    }
    let table = BudgetTable(
      source: source, budget: budget, layers: layers, chosen: chosen, accuracy: trials.accuracy,
      hits: trials.hits)
    var choices = [chosen]
    for shown in table.shownSizes(plain: plain, least: least) {
      let choice = try front.fitting(shown) { try size($0.narrow) }
      if let choice, !choices.contains(choice) { choices.append(choice) }
    }
    let rows = try choices.map { choice in
      BudgetTable.Row(
        choice: choice, bytes: try size(choice.narrow),
        figures: try trials.figures(of: policy.narrowing(choice.narrow), cancellation: console.cancellation))
    }
    if console.cancellation.isCancelled { return nil }
    table.put(rows, images: trials.imageCount, choosingNoun, console)
    let narrowed = policy.narrowing(chosen.narrow)
    guard
      let difference = try data.verified(trials, narrowed, images: images, console, verb.text + " " + source)
    else { return nil }
    console.metric(
      source, "budget.verified_drop_points", 100 * difference.loss,
      text:
        "calibrated and not trained, the chosen widths lose on \(counted(difference.images, "test image")) that chose "
        + "nothing: \(difference.words)", cases: difference.images)
    return narrowed
  }

  /// Each layer at the width that saves the most, where one saves anything.
  private func narrowest(
    _ layers: [String], savedBytes: (LayerWidth) throws -> Int
  ) rethrows -> [LayerWidth] {
    try layers.compactMap { layer in
      try LayerWidths.tried.map { LayerWidth(layer, bits: $0) }
        .map { (width: $0, saved: try savedBytes($0)) }
        .filter { $0.saved > 0 }.max { $0.saved < $1.saved }?.width
    }
  }

  private func requireChoice(plain: Int, least: Int) throws(ModelError) {
    if budget < least { throw tooSmall(plain: plain, least: least) }
    if budget >= plain {
      throw .budgetNeedless(range, model: source, budget: budget, least: least, plain: plain)
    }
  }

  private func tooSmall(plain: Int, least: Int) -> ModelError {
    .budgetTooSmall(range, model: source, budget: budget, least: least, plain: plain)
  }
}
