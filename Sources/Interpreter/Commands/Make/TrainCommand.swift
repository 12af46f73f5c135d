import GraphIR
import Language
import SessionStore
import Text
import Training

extension Command {
  static let train = Command(
    "train", "train a network, or go on with a model", target: .result("the trained model"),
    operands: [Operand("a network", .network)], keywords: Keyword.recipe,
    examples: [
      "teacher = train resnet18", "teacher = train qatcnn epochs 5 lr 1e-3 schedule cosine",
      "train resnet18 optimizer sgd momentum 0.9 decay 1e-4 seed 7",
      "teacher = train resnet18 optimizer adamw", "train teacher freeze layer1.* lr 1e-4 head-lr 1e-3",
      "train teacher freeze(conv1, bn1, layer1.*) epochs 2", "small = train qatcnn lr 1e-4, 3e-4",
    ], reasons: sweepReasons, sweptName: sweptName(), footprint: floatRunFootprint
  ) { arguments, workspace in
    try floatRun(.train, arguments, workspace).plan
  }
}

/// What `train` and `distill` use and make; they differ in their teachers alone.
func floatRunFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  let word = arguments.word(at: 0)?.text ?? ""
  let model = known.model(named: word)
  // With a name before `=`, a network comes before a model of the same name.
  let begins =
    arguments.target != nil && (known.networks.contains(word) || Architecture.named(word) != nil)
  let teachers = arguments.teachers
  var footprint = Footprint.making(
    .float, (arguments.target ?? arguments.word(at: 0))?.text, from: begins ? nil : model?.name,
    teachers: teachers, also: arguments.sessionSeed(unless: .runSeed).union([.precision]))
  if known.knows(word) { footprint.uses.insert(.model(word)) }
  footprint.addsRun = true
  return footprint
}

/// A run of `train` or `distill`.
func floatRun(
  _ kind: RunRecord.Kind, _ arguments: Arguments, _ workspace: Workspace
) throws -> PlannedRun {
  let word = try arguments.requiredWord(at: 0)
  let name = arguments.target ?? word
  try requireModelName(name)
  let data = try workspace.data(for: arguments.verb.range)
  let guidance = try workspace.guidance(arguments, result: name, data)
  let start = try workspace.trainingStart(word, target: arguments.target, data: data)
  let distillation = try guidance.terms(student: start.graph)
  var recipe = TrainingRecipe(distillation: distillation.terms)
  let batchNote = try recipe.settle(arguments, data, workspace)
  try recipe.freeze(arguments, start.graph)
  try requireLearned(start, arguments)
  let warning = try workspace.checkTraining(start.graph, recipe, at: word, arguments, data)
  var run = try PlannedRun(
    kind: kind, result: ModelEntry(name: name.text, kind: .float, graph: start.graph), start: start,
    recipe: recipe, guidance: guidance, data: data, arguments, workspace)
  run.logits = workspace.library.logits
  run.notes += notes(on: start, result: run.result, word: word, workspace) + batchNote
  run.notes += recipe.freezeNotes(start.graph)
  run.notes += [recipe.decayNote].compactMap { $0 } + distillation.notes + guidance.notes(data)
  run.warnings = [warning].compactMap { $0 } + guidance.warnings(data)
  if case .weights(let entry) = start, entry.name != name.text { run.result.details[.start] = entry.name }
  return run
}

/// Throws where layers of fresh weights are to stay as they are, which have learned nothing.
private func requireLearned(_ start: TrainingStart, _ arguments: Arguments) throws(StatementError) {
  guard case .fresh = start, let range = arguments.range(of: .freeze) else { return }
  throw .nothingLearned(range, verb: arguments.verb.text)
}

extension TrainingRecipe {
  /// Takes the session's seed and precision and what was written; returns what there is to say of the batch.
  mutating func settle(
    _ arguments: Arguments, _ data: ChosenData, _ workspace: Workspace
  ) throws -> [String] {
    apply(arguments)
    seed = workspace.seed(arguments, .runSeed)
    precision = try workspace.precision(for: arguments.verb)
    augments = data.choice.augments
    jitter = data.choice.jitter
    return fitBatch(to: data, arguments)
  }
}

/// What is said of how a float model begins.
func notes(
  on start: TrainingStart, result: ModelEntry, word: Word, _ workspace: Workspace
) -> [String] {
  switch start {
  case .weights(let entry) where entry.name == result.name:
    ["\(entry.name) goes on from what it learned (afresh: \(entry.name) = train \(entry.graph.architecture))"]
  case .weights(let entry): ["\(result.name) starts as a copy of \(entry.name)"]
  case .fresh:
    [
      "\(result.name): \(word.text) with fresh weights, \(parameterCount(result.parameterCount)) parameters"
        + replacement(result.name, workspace)
    ]
  }
}

/// What is said of a model that gives way to one of the same name.
func replacement(_ name: String, _ workspace: Workspace) -> String {
  workspace.kind(of: name).map { "; it takes the place of \($0.article) (undo brings that back)" } ?? ""
}
