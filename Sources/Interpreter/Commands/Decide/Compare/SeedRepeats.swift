import Datasets
import GraphIR
import Language
import SessionStore
import Training

/// Trains models of a comparison again with other seeds, and keeps none of them.
struct SeedRepeats {
  var count: Int
  var data: ChosenData
  var verb: Word

  /// Accuracies of a model and of the integer model made from it, seed by seed; the first is the model's own seed.
  struct Accuracies {
    var own: [Double]
    var integer: [Double]
  }

  /// Nil where the run was cancelled; throws `ModelError.notRepeatable` where something it was made from is gone.
  func accuracies(
    of entry: ModelEntry, _ workspace: Workspace, _ console: Console
  ) throws -> Accuracies? {
    guard let recipe = entry.details[.recipe].flatMap(TrainingRecipe.init(json:)) else {
      throw ModelError.notRepeatable(verb, model: entry.name, reason: "its recipe is not known")
    }
    guard entry.details[.data] == data.choice.text else {
      throw ModelError.notRepeatable(
        verb, model: entry.name, reason: "it was trained on \(entry.details[.data] ?? "other data")")
    }
    var result = Accuracies(own: [], integer: [])
    for offset in 0..<count {
      var repeated = recipe
      repeated.seed += UInt64(offset)
      let label = "\(entry.name), seed \(repeated.seed)"
      guard let model = try trained(entry, repeated, label, workspace, console) else { return nil }
      guard let own = try console.evaluation(of: model, named: label, on: data) else { return nil }
      result.own.append(own.accuracy)
      guard model.kind == .fakeQuantized else { continue }
      let integer = try console.evaluation(of: Training.convert(model), named: label + ", int8", on: data)
      guard let integer else { return nil }
      result.integer.append(integer.accuracy)
    }
    return result
  }

  private func trained(
    _ entry: ModelEntry, _ recipe: TrainingRecipe, _ label: String, _ workspace: Workspace, _ console: Console
  ) throws -> Model? {
    func model(_ name: String) throws -> Model {
      guard workspace.model(named: name) != nil else {
        throw ModelError.notRepeatable(verb, model: entry.name, reason: "\(name) is not there any more")
      }
      return try workspace.weights(of: name)
    }
    var start = Model(
      kind: .float, graph: entry.graph,
      parameters: initialParameters(for: entry.graph, seed: recipe.seed))
    if let version = try workspace.start(of: entry) {
      start = try model(version.name)
      guard start.kind == .float else {
        throw ModelError.notRepeatable(
          verb, model: entry.name, reason: "its start \(version.name) has been replaced")
      }
    } else if let name = entry.details[.start] {
      throw ModelError.notRepeatable(verb, model: entry.name, reason: "\(name) is not there any more")
    } else if entry.kind != .float {
      throw ModelError.notRepeatable(verb, model: entry.name, reason: "its start is not known")
    }
    var teachers: [String: Model] = [:]
    for term in recipe.distillation {
      let known = entry.origins.first { $0.role == .teacher && $0.reference.name == term.teacher }
      // The teacher that it had, and not another one that has its name by now.
      let version = workspace.model(named: term.teacher)?.version
      let name = known.map { $0.reference.version == version ? term.teacher : $0.reference.text }
      teachers[term.teacher] = try model(name ?? term.teacher)
    }
    let recorder = RunRecorder(
      activity: "train \(label)", recipe: recipe, termRanges: [], console: console, isQuiet: true)
    // As the model's own run chose among its epochs.
    let images = recipe.selection == nil ? data : try data.withImagesToChooseOn(at: verb.range)
    let outcome = try train(
      start, on: images.dataset, recipe: recipe, teachers: teachers, cancellation: console.cancellation
    ) { recorder.receive($0) }
    return outcome.interrupted ? nil : outcome.model
  }
}
