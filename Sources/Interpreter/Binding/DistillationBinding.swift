package import Distillation
import GraphIR
package import Language
import Text
package import Training

extension Keyword {
  /// `with kd(teacher, LOSS, weight, T: …)`.
  static let distillation = Keyword(
    "with",
    .calls(TermForm.all.map { Choice($0.name, $0.summary) }),
    otherwise: "labels alone", "distillation from teachers, by logits or layers")

  /// The loss of a `kd(…)` that names none.
  static let defaultLoss = LossEntry.decoupledKD.name
  static let defaultWeight = 0.5
}

/// `kd(…)` as it was understood.
package struct DistillationClause {
  package var teacher: Word
  package var loss: DistillationLoss
  /// Share of the blend, from 0 to 1.
  package var weight: Double
  package var ramp: WeightRamp?
  /// Nil for a loss of layers.
  package var scale: LossScale?
  /// Layers of student and teacher, where they were written; else nil.
  package var layers: [WrittenPair]?
  /// The loss, where it was written; else the whole call.
  var lossRange: SourceRange
  var weightRange: SourceRange

  /// A layer of the student and one of the teacher, each as it was written.
  package struct WrittenPair {
    package var student: Word
    package var teacher: Word
  }

  func term(layers: [LayerPair]) -> DistillationTerm {
    DistillationTerm(
      teacher: teacher.text, loss: loss, weight: weight, ramp: ramp, layers: layers, scale: scale)
  }
}

extension DistillationClause {
  /// What is to be said where the data has so few classes that the loss is another one's.
  package func warning(classes: Int) -> Diagnostic? {
    guard let few = loss.entry.fewClasses, classes <= few.count else { return nil }
    return Diagnostic(
      id: few.id, severity: .warning, message: few.message, range: lossRange, notes: [few.note])
  }
}

extension DistillationTerm {
  /// "kd(teacher, DecoupledKD(T: 4, alpha: 1, beta: 8), 0.5)".
  var words: String {
    var parts = [teacher, "\(loss)", plain(weight)]
    if !layers.isEmpty {
      let pairs = layers.map { $0.student == $0.teacher ? $0.student : "\($0.student): \($0.teacher)" }
      parts.append("layers: [" + pairs.joined(separator: ", ") + "]")
    }
    if let ramp {
      let share = ramp.shape == .passes ? "" : ", warm-up: \(plain(ramp.share))"
      parts.append("schedule: \(ramp.shape.rawValue)" + share)
    } else if scale == .balanced {
      parts.append("schedule: constant")
    }
    if loss.feature == nil { parts.append("scale: \((scale ?? .paper).rawValue)") }
    return form.name + "(" + parts.joined(separator: ", ") + ")"
  }
}

extension Arguments {
  /// Names of the teachers after `with`; none where that can't be understood.
  var teachers: [String] {
    ((try? distillationClauses(calls(.distillation))) ?? []).map(\.teacher.text)
  }
}

/// Reads the calls after `with`; their weights may not exceed 1 together.
package func distillationClauses(_ calls: [Call]) throws(CallError) -> [DistillationClause] {
  var clauses: [DistillationClause] = []
  for call in calls { clauses.append(try distillationClause(call)) }
  let sum = clauses.reduce(0) { $0 + $1.weight }
  if sum > 1 + 1e-9, let last = clauses.last { throw .weightsExceedOne(last.weightRange, sum: sum) }
  return clauses
}

private let form = TermForm.distillation

private func distillationClause(_ call: Call) throws(CallError) -> DistillationClause {
  let (written, parameters) = try sorted(call)
  guard let teacher = written["teacher"] else {
    throw .missing(call: call, what: "a teacher", example: form.example)
  }
  guard let teacherName = teacher.value.word else {
    throw .wrongKind(teacher.value, label: "the teacher", call: form.name, kind: .model([.float]))
  }
  let weight = try boundWeight(written["weight"])
  let loss = try boundLoss(written["loss"], parameters, call: call)
  let layers = try written["layers"].map(boundLayers)
  if let argument = written["layers"], loss.feature == nil {
    throw .layersOfLogits(argument.range, loss: loss.name)
  }
  let scale = try boundScale(written["scale"], loss: loss)
  var ramp = try boundRamp(schedule: written["schedule"], warmUp: written["warm-up"])
  if scale == .balanced, written["schedule"] == nil, written["warm-up"] == nil {
    ramp = WeightRamp(shape: .passes)
  }
  return DistillationClause(
    teacher: teacherName, loss: loss, weight: weight, ramp: ramp, scale: scale, layers: layers,
    lossRange: written["loss"]?.range ?? call.range, weightRange: written["weight"]?.range ?? call.range)
}

/// Arguments of `kd` by label, and the rest, which are parameters of the loss.
///
/// By position come teacher, loss and weight; a number in the loss's place is the weight.
private func sorted(
  _ call: Call
) throws(CallError) -> (written: [String: Argument], parameters: [Argument]) {
  var written: [String: Argument] = [:]
  var parameters: [Argument] = []
  for (index, argument) in call.arguments.enumerated() {
    let label: String
    if let word = argument.label {
      // A number is the scale of a loss of layers, one of its own parameters.
      let isLoss = word.text == "scale" && argument.value.numericValue != nil
      guard form.labels.contains(word.text), !isLoss else {
        parameters.append(argument)
        continue
      }
      label = word.text
    } else if index == 1, argument.value.numericValue != nil {
      label = "weight"
    } else {
      guard index < form.positional.count else {
        throw .tooMany(argument.range, call: form.name, labels: form.labels)
      }
      label = form.positional[index].label
    }
    guard written[label] == nil else { throw .repeated(argument.range, label: label, call: form.name) }
    written[label] = argument
  }
  return (written, parameters)
}

private func boundWeight(_ argument: Argument?) throws(CallError) -> Double {
  guard let argument else { return Keyword.defaultWeight }
  let kind = ValueKind.real(.closed(0, 1))
  switch checked(argument.value, kind: kind) {
  case .fits(.real(let value)): return value
  case .outOfRange: throw .outOfRange(argument.value, label: "weight", call: form.name, kind: kind)
  case .fits, .wrongKind, .unknown:
    throw .wrongKind(argument.value, label: "weight", call: form.name, kind: kind)
  }
}

/// The loss of `LOSS` or `LOSS(label: value)`, with the parameters that stand in `kd(…)` itself.
private func boundLoss(
  _ argument: Argument?, _ outer: [Argument], call: Call
) throws(CallError) -> DistillationLoss {
  var name = Word(text: Keyword.defaultLoss, range: call.name.range)
  var parameters = outer
  if let argument {
    if let word = argument.value.word {
      name = word
    } else if case .call(let loss) = argument.value {
      name = loss.name
      parameters = loss.arguments + outer
    } else {
      throw .wrongKind(argument.value, label: "the loss", call: form.name, kind: .choice(lossChoices))
    }
  }
  guard
    let entry = LossEntry.catalogue.first(where: { $0.name.lowercased() == name.text.lowercased() })
  else { throw .unknown(name, noun: "loss", known: lossChoices) }
  var arguments: [String: LossArgument] = [:]
  var places: [String: Argument] = [:]
  for parameter in parameters {
    guard let label = parameter.label else {
      throw .tooMany(parameter.range, call: entry.name, labels: entry.parameters.map { $0.label + ": …" })
    }
    guard places[label.text] == nil else {
      throw .repeated(parameter.range, label: label.text, call: entry.name)
    }
    places[label.text] = parameter
    arguments[label.text] = try lossArgument(parameter, loss: entry)
  }
  do {
    return try DistillationLoss(name: entry.name, arguments: arguments)
  } catch {
    throw lossProblem(error, places, otherwise: name)
  }
}

/// What a distillation loss may be called, for completion and diagnostics.
let lossChoices = LossEntry.catalogue.map { Choice($0.name, $0.summary) }

private func lossArgument(_ argument: Argument, loss: LossEntry) throws(CallError) -> LossArgument {
  if case .number(let literal) = argument.value { return .number(literal.value) }
  switch argument.value.word?.text {
  case "true": return .flag(true)
  case "false": return .flag(false)
  default:
    throw .loss(.numberExpected(argument.label?.text ?? "", loss: loss.name), argument.value.range)
  }
}

private func lossProblem(
  _ error: LossError, _ places: [String: Argument], otherwise name: Word
) -> CallError {
  switch error {
  case .unknownLoss: return .unknown(name, noun: "loss", known: lossChoices)
  case .unknownParameter(let label, let loss, let known):
    guard let word = places[label]?.label else { return .loss(error, name.range) }
    return .unknownLabel(word, call: loss, known: known + form.labels)
  case .outOfRange(let label, _, _, _), .numberExpected(let label, _), .flagExpected(let label, _):
    return .loss(error, places[label]?.value.range ?? name.range)
  }
}
