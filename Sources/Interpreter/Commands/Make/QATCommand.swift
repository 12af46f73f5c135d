import Datasets
import Distillation
import GraphIR
import Language
import Quantization
import SessionStore
import Text
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
      "qat student from teacher affine", "qat student from teacher freeze layer1.*",
      "qat student from teacher bits 2, 4, 8",
    ], reasons: sweepReasons, sweptName: sweptName(), footprint: qatFootprint
  ) { arguments, workspace in
    try plannedQATRun(arguments, workspace).plan
  }
}

func qatFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  let start = StudentStart(arguments, known)
  var footprint = Footprint.making(
    .fakeQuantized, (arguments.target ?? arguments.word(at: 0))?.text, from: start?.model,
    teachers: arguments.teachers, also: arguments.sessionSeed(unless: .runSeed).union([.precision]))
  footprint.addsRun = true
  return footprint
}

/// The float model that a student begins as, and how it came to be that one.
enum StudentStart {
  /// After `from`.
  case written(Word)
  /// The student's name is that of a float model.
  case itself(Word)
  case teacher(String)
  /// What the model of the student's name was started from.
  case before(String)
  case newest(String)

  var model: String {
    switch self {
    case .written(let word), .itself(let word): word.text
    case .teacher(let name), .before(let name), .newest(let name): name
    }
  }

  /// Nil where there is no float model.
  init?(_ arguments: Arguments, _ known: KnownNames) {
    let name = arguments.target ?? arguments.word(at: 0)
    let existing = name.flatMap { known.model(named: $0.text) }
    if let word = arguments.word(.from) {
      self = .written(word)
    } else if let name, existing?.kind == .float {
      self = .itself(name)
    } else if let teacher = arguments.teachers.first {
      self = .teacher(teacher)
    } else if let before = existing?.start, known.model(named: before)?.kind == .float {
      self = .before(before)
    } else if let newest = known.newest(.float) {
      self = .newest(newest.name)
    } else {
      return nil
    }
  }
}

func plannedQATRun(_ arguments: Arguments, _ workspace: Workspace) throws -> PlannedRun {
  let name = try studentName(arguments)
  let data = try workspace.data(for: arguments.verb.range)
  let guidance = try workspace.guidance(arguments, result: name, data)
  let (start, startNote) = try start(of: name, arguments, data, workspace)
  let distillation = try guidance.terms(student: start.graph)

  let (rate, rateNote) = learningRate(after: start)
  var recipe = TrainingRecipe(epochs: 2, learningRate: rate, schedule: .cosine)
  let batchNote = try recipe.settle(arguments, data, workspace)
  try recipe.freeze(arguments, start.graph)
  var quantization = try quantization(arguments, start.graph)
  let steps = data.dataset.training.count / max(recipe.batchSize, 1) * recipe.epochs
  try quantization.requireSteps(steps, epochs: recipe.epochs, arguments)
  let calibrationNote = quantization.fitCalibration(to: data, batchSize: recipe.batchSize)
  recipe.quantization = quantization
  recipe.distillation = distillation.terms
  let place = arguments.word(.from) ?? guidance.clauses.first?.teacher ?? name
  try workspace.checkQuantization(start.graph, recipe, at: place, arguments, data)
  var run = try PlannedRun(
    kind: .qat, result: ModelEntry(name: name.text, kind: .fakeQuantized, graph: start.graph),
    start: .weights(of: start), recipe: recipe, guidance: guidance, data: data, arguments, workspace)
  run.result.details[.start] = start.name
  run.logits = workspace.library.logits
  run.notes += [startNote] + (arguments.has(.learningRate) ? [] : [rateNote]) + batchNote
  run.notes += recipe.freezeNotes(start.graph) + [recipe.decayNote].compactMap { $0 }
  run.notes += calibrationNote + quantization.ladderNotes(steps: steps)
  run.notes += notes(on: quantization.policy, start.graph, admitsWidths: quantization.ladder == nil)
  run.notes += distillation.notes + guidance.notes(data)
  if distillation.terms.contains(where: { $0.loss.feature != nil }) {
    run.notes.append("the student's layers are compared after fake quantization, where they have it")
  }
  run.warnings = guidance.warnings(data)
  if let calibration = quantization.calibration {
    let batches = CalibrationBatches(
      count: calibration.batches, size: recipe.batchSize, of: data.dataset.training)
    if let finding = workspace.calibrationFinding(batches, data, arguments) { run.findings.append(finding) }
  }
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
  of name: Word, _ arguments: Arguments, _ data: ChosenData, _ workspace: Workspace
) throws -> (ModelEntry, note: String) {
  guard let start = StudentStart(arguments, workspace.names) else {
    throw ModelError.nothingToStartFrom(arguments.verb)
  }
  func copy(_ place: Word, _ reason: String = "") throws -> (ModelEntry, note: String) {
    let entry = try workspace.model(place, kinds: [.float])
    try workspace.requireFit(entry, place, data)
    return (
      entry, "\(name.text) starts as a copy of \(entry.name)\(reason)" + replacement(name.text, workspace)
    )
  }
  switch start {
  case .written(let word): return try copy(word)
  case .itself:
    return (
      try copy(name).0,
      "\(name.text) is a float model: it is fine-tuned, and becomes the QAT model (undo brings it back)"
    )
  case .teacher(let teacher): return try copy(Word(text: teacher, range: arguments.verb.range))
  case .before(let before): return try copy(Word(text: before, range: name.range), ", as before")
  case .newest(let newest):
    return try copy(Word(text: newest, range: arguments.verb.range), ", the newest float model")
  }
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
  if let decay = arguments.real(.boundDecay), let range = arguments.clauseRange(.boundDecay) {
    guard recipe.policy.scheme == .clippedActivation else {
      throw StatementError.pointless(range, option: Keyword.boundDecay.name, without: "scheme pact")
    }
    recipe.boundDecay = decay
  }
  return recipe
}
