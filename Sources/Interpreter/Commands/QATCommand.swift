import Datasets
import Distillation
import GraphIR
import Language
import Quantization
import SessionStore
import Training

extension Keyword {
  static let from = Keyword(
    "from", .model([.float]), otherwise: "the teacher", example: "teacher",
    "float model whose weights the student starts with")
}

extension Command {
  static let qat = Command(
    "qat", "train with quantization in the loop, guided by a teacher", target: .result("the QAT model"),
    operands: [Operand("the student's name", .newName, .optional)],
    keywords: [.distillation, .from] + Keyword.recipe + Keyword.grids
      + [
        .ladder, .scheme, .boundDecay, .warmUpCalibration, .observer, .observerFreeze, .batchNormFreeze,
      ],
    examples: [
      "qat student with kd(teacher, DecoupledKD, 0.5)",
      "qat student with kd(teacher, SoftTarget, 50%, T: 4) epochs 2 lr 1e-4", "student = qat from teacher",
      "qat student with kd(teacher, DecoupledKD, 0.4), kd(teacher, Attention, 0.1, layers: [layer1, layer2])",
      "qat student from teacher backend qnnpack observer-freeze 0.7 batchnorm-freeze 50%",
      "qat student from teacher bits 4", "qat student from teacher weights 4 activations 8 per-channel",
      "qat student with kd(teacher) bits(layer1.*: 4, rest: 8) keep(fc: bf16)",
      "qat student from teacher ladder(8, 6, 4)",
      "qat student from teacher calibration 20 observer percentile",
      "qat student from teacher bits 4 scheme lsq", "qat student from teacher power-of-two symmetric",
      "qat student from teacher bits 4 scheme pact bound-decay 0.01",
      "qat student from teacher optimizer adamw decay 0.01",
      "qat student from teacher affine",
    ], effect: .changes
  ) { arguments, scope in
    try plannedQATRun(arguments, &scope).step
  }
}

func plannedQATRun(_ arguments: Arguments, _ scope: inout Scope) throws -> PlannedRun {
  let name = try studentName(arguments)
  let data = try scope.data(for: arguments.verb.range)
  let guidance = try scope.guidance(arguments, result: name, data)
  let (start, startNote) = try start(of: name, arguments, teacher: guidance.teachers.first, data, scope)
  let distillation = try guidance.terms(student: start.graph)

  let (rate, rateNote) = learningRate(after: start)
  var recipe = TrainingRecipe(epochs: 2, learningRate: rate, schedule: .cosine)
  recipe.seed = scope.seed
  recipe.precision = try scope.precision(for: arguments.verb)
  recipe.augments = data.choice.augments
  recipe.apply(arguments)
  let batchNote = recipe.fitBatch(to: data, arguments)
  var quantization = try quantization(arguments, start.graph)
  let steps = data.dataset.training.count / max(recipe.batchSize, 1) * recipe.epochs
  try quantization.requireSteps(steps, epochs: recipe.epochs, arguments)
  let calibrationNote = quantization.fitCalibration(to: data, batchSize: recipe.batchSize)
  recipe.quantization = quantization
  recipe.distillation = distillation.terms
  let place = arguments.word(.from) ?? guidance.clauses.first?.teacher ?? name
  try scope.checkQuantization(start.graph, recipe, at: place, arguments, data)
  var run = PlannedRun(
    kind: .qat, result: ModelEntry(name: name.text, kind: .fakeQuantized, graph: start.graph),
    start: .weights(of: start), recipe: recipe, data: data, teachers: guidance.teachers.map(\.name),
    verb: arguments.verb, learningRateRange: arguments.range(of: .learningRate))
  run.result.details[.start] = start.name
  run.logits = scope.library.logits
  run.notes = [startNote] + (arguments.has(.learningRate) ? [] : [rateNote]) + batchNote
  run.notes += [recipe.decayNote].compactMap { $0 }
  run.notes += calibrationNote + quantization.ladderNotes(steps: steps)
  run.notes += notes(on: quantization.policy, start.graph, admitsWidths: quantization.ladder == nil)
  run.notes += distillation.notes + guidance.notes(data)
  if distillation.terms.contains(where: { $0.loss.feature != nil }) {
    run.notes.append("the student's layers are compared after fake quantization, where they have it")
  }
  run.warnings = guidance.warnings(data)
  run.termRanges = guidance.clauses.map(\.lossRange)
  scope.use(data)
  scope.register(run.result)
  return run
}

/// The name before `=` or after the verb; one of the two.
private func studentName(_ arguments: Arguments) throws -> Word {
  let operand = arguments.word(at: 0)
  if let operand, let target = arguments.target {
    throw StatementError.nameTwice(operand, target: target)
  }
  guard let name = arguments.target ?? operand else {
    throw StatementError.nameMissing(
      arguments.verb, example: "qat student with kd(teacher, DecoupledKD, 0.5)")
  }
  try requireModelName(name)
  return name
}

/// The float model that the student starts from, and the sentence that says so.
private func start(
  of name: Word, _ arguments: Arguments, teacher: ModelEntry?, _ data: ChosenData, _ scope: Scope
) throws -> (ModelEntry, note: String) {
  func copy(_ entry: ModelEntry, _ reason: String = "") -> (ModelEntry, note: String) {
    (entry, "\(name.text) starts as a copy of \(entry.name)\(reason)" + replacement(name.text, scope))
  }
  if let word = arguments.word(.from) {
    let entry = try scope.model(word, kinds: [.float])
    try scope.requireFit(entry, word, data)
    return copy(entry)
  }
  let existing = scope.model(named: name.text)
  if let existing, existing.kind == .float {
    try scope.requireFit(existing, name, data)
    return (
      existing,
      "\(name.text) is a float model: it is fine-tuned, and becomes the QAT model (undo brings it back)"
    )
  }
  if let teacher { return copy(teacher) }
  if let before = existing?.details[.start].flatMap(scope.model(named:)), before.kind == .float {
    try scope.requireFit(before, name, data)
    return copy(before, ", as before")
  }
  guard let newest = scope.newest(.float) else { throw ModelError.nothingToStartFrom(arguments.verb) }
  try scope.requireFit(newest, Word(text: newest.name, range: arguments.verb.range), data)
  return copy(newest, ", the newest float model")
}

/// A tenth of the rate that the start was trained with.
func learningRate(after entry: ModelEntry) -> (rate: Double, note: String) {
  guard let text = entry.details[.learningRate], let rate = Double(text) else {
    return (3e-4, "lr 0.0003: it is not known what \(entry.name) was trained with")
  }
  return (tenth(of: rate), "lr \(plain(tenth(of: rate))): a tenth of what \(entry.name) was trained with")
}

private func quantization(_ arguments: Arguments, _ graph: Graph) throws -> QuantizationRecipe {
  var recipe = QuantizationRecipe(policy: try policy(arguments, graph: graph))
  recipe.ladder = try ladder(arguments)
  recipe.calibration = try warmUp(arguments, for: recipe.rungs[0])
  if let share = arguments.real(.observerFreeze) { recipe.observerFreeze = share }
  if let share = arguments.real(.batchNormFreeze) { recipe.batchNormFreeze = share }
  if let decay = arguments.real(.boundDecay), let range = arguments.range(of: .boundDecay) {
    guard recipe.policy.scheme == .clippedActivation else {
      throw StatementError.pointless(range, option: Keyword.boundDecay.name, without: "scheme pact")
    }
    recipe.boundDecay = decay
  }
  return recipe
}
