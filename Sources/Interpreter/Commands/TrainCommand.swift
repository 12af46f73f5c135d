import GraphIR
import Language
import SessionStore
import Training

extension Command {
  static let train = Command(
    "train", "train a network, or go on with a model", target: .result("the trained model"),
    operands: [Operand("a network", .network)], keywords: Keyword.recipe,
    examples: [
      "teacher = train resnet18", "teacher = train qatcnn epochs 5 lr 1e-3 schedule cosine",
      "train resnet18 optimizer sgd momentum 0.9 decay 1e-4 seed 7",
      "teacher = train resnet18 optimizer adamw",
    ], effect: .changes
  ) { arguments, scope in
    let word = try arguments.requiredWord(at: 0)
    let name = arguments.target ?? word
    try requireModelName(name)
    let data = try scope.data(for: arguments.verb.range)
    let start = try scope.trainingStart(word, target: arguments.target, data: data)
    var recipe = TrainingRecipe()
    recipe.seed = scope.seed
    recipe.precision = try scope.precision(for: arguments.verb)
    recipe.augments = data.choice.augments
    recipe.apply(arguments)
    let batchNote = recipe.fitBatch(to: data, arguments)
    let warning = try scope.checkTraining(start.graph, recipe, at: word, arguments, data)
    var run = PlannedRun(
      kind: .train, result: ModelEntry(name: name.text, kind: .float, graph: start.graph), start: start,
      recipe: recipe, data: data, verb: arguments.verb,
      learningRateRange: arguments.range(of: .learningRate))
    run.notes = notes(on: start, result: run.result, word: word, scope) + batchNote
    run.notes += [recipe.decayNote].compactMap { $0 }
    run.warnings = [warning].compactMap { $0 }
    if case .weights(let entry) = start, entry.name != name.text { run.result.details[.start] = entry.name }
    scope.use(data)
    scope.register(run.result)
    return run.step
  }
}

/// What is said of how a float model begins.
func notes(
  on start: TrainingStart, result: ModelEntry, word: Word, _ scope: Scope
) -> [String] {
  switch start {
  case .weights(let entry) where entry.name == result.name:
    ["\(entry.name) goes on from what it learned (afresh: \(entry.name) = train \(entry.graph.architecture))"]
  case .weights(let entry): ["\(result.name) starts as a copy of \(entry.name)"]
  case .fresh:
    [
      "\(result.name): \(word.text) with fresh weights, \(parameterCount(result.parameterCount)) parameters"
        + replacement(result.name, scope)
    ]
  }
}

/// What is said of a model that gives way to one of the same name.
func replacement(_ name: String, _ scope: Scope) -> String {
  scope.model(named: name).map { "; it takes the place of \($0.kind.article) (undo brings that back)" } ?? ""
}
