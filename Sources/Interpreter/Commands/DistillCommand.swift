import GraphIR
import Language
import SessionStore
import Training

extension Command {
  static let distill = Command(
    "distill", "train a network in float under the guidance of a teacher", target: .result("the student"),
    operands: [Operand("a network", .network)], keywords: [.distillation] + Keyword.recipe,
    examples: [
      "student = distill qatcnn with kd(teacher, DecoupledKD)",
      "student = distill resnet18 with kd(teacher, DecoupledKD, 0.4), kd(teacher, FitNet, 0.1) epochs 4",
      "student = distill resnet18 with kd(teacher, Attention(scale: 1000), 0.3, layers: [layer2, layer3])",
      "student = distill qatcnn with kd(teacher, SoftTarget, 0.9, T: 4, schedule: linear, warm-up: 10%)",
    ], effect: .changes
  ) { arguments, scope in
    try plannedRun(arguments, &scope).step
  }
}

private func plannedRun(_ arguments: Arguments, _ scope: inout Scope) throws -> PlannedRun {
  let word = try arguments.requiredWord(at: 0)
  guard arguments.has(.distillation) else {
    throw StatementError.teacherMissing(arguments.verb, network: word.text)
  }
  let name = arguments.target ?? word
  try requireModelName(name)
  let data = try scope.data(for: arguments.verb.range)
  let guidance = try scope.guidance(arguments, result: name, data)
  let start = try scope.trainingStart(word, target: arguments.target, data: data)
  let distillation = try guidance.terms(student: start.graph)
  var recipe = TrainingRecipe(distillation: distillation.terms)
  recipe.seed = scope.seed
  recipe.augments = data.choice.augments
  recipe.apply(arguments)
  let batchNote = recipe.fitBatch(to: data, arguments)
  let warning = try scope.checkTraining(start.graph, recipe, at: word, arguments, data)
  var run = PlannedRun(
    kind: .distill, result: ModelEntry(name: name.text, kind: .float, graph: start.graph), start: start,
    recipe: recipe, data: data, teachers: guidance.teachers.map(\.name), verb: arguments.verb,
    learningRateRange: arguments.range(of: .learningRate))
  run.logits = scope.library.logits
  run.notes = notes(on: start, result: run.result, word: word, scope) + batchNote
  run.notes += [recipe.decayNote].compactMap { $0 } + distillation.notes + guidance.notes(data)
  run.warnings = [warning].compactMap { $0 } + guidance.warnings(data)
  run.termRanges = guidance.clauses.map(\.lossRange)
  if case .weights(let entry) = start, entry.name != name.text { run.result.details[.start] = entry.name }
  scope.use(data)
  scope.register(run.result)
  return run
}
