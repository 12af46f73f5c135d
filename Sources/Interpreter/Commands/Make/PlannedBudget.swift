import GraphIR
import Language
import Quantization
import SessionStore
import Training

/// Widths for a size, chosen by what each layer loses; then the QAT run that has them.
struct PlannedBudget {
  var source: String
  /// Bytes of the saved integer model.
  var budget: Int
  /// Where the size is written.
  var range: SourceRange
  var policy: QuantizationPolicy
  var data: ChosenData
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
      model, on: data.dataset, policy: policy, seed: seed, images: images, cancellation: console.cancellation
    ) { pace.calibrated($0, of: $1) }
    guard let trials else { return nil }
    let (plain, least) = (try size(policy, trials), try size(policy.narrowing(trials.layers), trials))
    try requireChoice(plain: plain, least: least)
    guard let quantized = try trials.figures(of: policy, cancellation: console.cancellation),
      let layers = try trials.narrowLayers(
        policy, cancellation: console.cancellation, progress: { pace.tried($0, of: $1, stage: $2) })
    else { return nil }
    let front = WidthFront(layers: layers, quantized: quantized.signalToNoise)
    let chosen = try front.fitting(budget) { try size(policy.narrowing($0.narrow), trials) }
    guard let chosen else { throw tooSmall(plain: plain, least: least) }
    let table = BudgetTable(
      source: source, budget: budget, front: front, chosen: chosen, accuracy: trials.accuracy)
    let rows = try table.shownChoices.map { choice in
      let policy = policy.narrowing(choice.narrow)
      return BudgetTable.Row(
        choice: choice, bytes: try size(policy, trials),
        figures: try trials.figures(of: policy, cancellation: console.cancellation))
    }
    if console.cancellation.isCancelled { return nil }
    table.put(rows, images: trials.imageCount, console)
    return policy.narrowing(chosen.narrow)
  }

  /// Bytes of the integer model's file.
  private func size(_ policy: QuantizationPolicy, _ trials: QuantizationTrials) throws -> Int {
    try WeightsFile(Training.convert(trials.model(policy))).byteCount
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
