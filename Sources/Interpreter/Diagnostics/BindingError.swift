package import Distillation
import GraphIR
package import Language
import Text

/// Why a statement's words don't fit its command; the words of the diagnostic are in `Diagnostics`.
package enum BindingError: Error {
  case unknownVerb(Word)
  case unexpectedTarget(Word, command: Command)
  case missingOperand(Operand, verb: Word, command: Command)
  /// A word that is neither an operand nor an option.
  case unexpected(Expression, command: Command)
  case missingValue(keyword: Word, kind: ValueKind)
  case wrongKind(Expression, place: Place, kind: ValueKind)
  case outOfRange(Expression, place: Place, kind: ValueKind)
  case unknownChoice(Word, place: Place, choices: [Choice])
  case call(CallError)
  /// Several numbers for an option that takes one; `sweeps` tells that others of the command take several.
  case oneNumber([NumberLiteral], option: String, sweeps: Bool)
  case longSweep(SourceRange, runs: Int)
  case repeatedValue(SourceRange)
}

/// Why a call such as `kd(…)` or a layer `conv(…)` can't be understood.
package enum CallError: Error {
  /// What kinds of call there are: "layer", "clause", "loss".
  case unknown(Word, noun: String, known: [Choice])
  case unknownLabel(Word, call: String, known: [String])
  case repeated(SourceRange, label: String, call: String)
  case tooMany(SourceRange, call: String, labels: [String])
  case missing(call: Call, what: String, example: String)
  /// `example` is a value that fits; nil leaves it to the kind.
  case wrongKind(Expression, label: String, call: String, kind: ValueKind, example: String? = nil)
  case outOfRange(Expression, label: String, call: String, kind: ValueKind, example: String? = nil)
  case loss(LossError, SourceRange)
  /// A constant weight is given a share of the steps to grow over.
  case constantWithWarmUp(SourceRange)
  /// `layers` holds something that names no layer.
  case notLayers(Expression)
  /// Layers are named for a loss that compares logits.
  case layersOfLogits(SourceRange, loss: String)
  /// The shares of all terms leave nothing, or less, for the task.
  case weightsExceedOne(SourceRange, sum: Double)
}

extension BindingError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .unknownVerb(let verb):
      advised(
        unknownName(
          "unknown-command", "no command is called \(quoted(verb.text))", verb,
          known: Command.all.map(\.name), noun: "command"), verb)
    case .unexpectedTarget(let target, let command): unexpectedTarget(target, command)
    case .missingOperand(let operand, let verb, let command):
      complaint(
        "missing-operand", "\(verb.text) needs \(operand.name)", at: verb.range,
        remedy: command.examples.first.map { "try: \($0)" })
    case .unexpected(let expression, let command): unexpected(expression, command)
    case .missingValue(let keyword, let kind):
      complaint(
        "missing-value", "\(keyword.text) needs \(kind.words)", at: keyword.range,
        remedy: "write it after the word: \(written(keyword.text, kind.notation))")
    case .wrongKind(let expression, let place, let kind):
      complaint(
        "wrong-type", "\(place.name) takes \(kind.words), not \(expression.words)", at: expression.range,
        remedy: roundedRemedy(expression, name: place.name + " ", kind: kind)
          ?? place.example.map { "try: \($0)" },
        edit: valueEdit(expression, kind, place.value, name: place.name))
    case .outOfRange(let expression, let place, let kind):
      complaint(
        "out-of-range", "\(place.name) takes \(kind.words)", at: expression.range,
        remedy: percentRemedy(expression, name: place.name) ?? widthRemedy(expression, place.name, kind)
          ?? place.example(with: nearestValue(expression, kind)).map { "try: \($0)" },
        edit: valueEdit(expression, kind, place.value, name: place.name))
    case .unknownChoice(let word, let place, let choices):
      unknownName(
        "unknown-choice",
        place.noun.map { "no \($0) is called \(quoted(word.text))" }
          ?? "\(place.name) can't be \(quoted(word.text))",
        word, known: choices.map(\.name), noun: place.noun ?? "choice")
    case .call(let error): error.diagnostic
    case .oneNumber(let numbers, let option, _): oneNumber(numbers, option)
    case .longSweep(let range, let runs):
      complaint(
        "long-sweep", "this would be \(runs) runs, and a statement makes at most \(Sweep.mostRuns)",
        at: range,
        remedy: "write fewer values")
    case .repeatedValue(let range):
      complaint("repeated-value", "a value stands twice", at: range, remedy: "write each value once")
    }
  }

  private func oneNumber(_ numbers: [NumberLiteral], _ option: String) -> Diagnostic {
    let range = numbers.dropFirst().reduce(numbers[0].range) { $0.joined(with: $1.range) }
    let groups = numbers.map(\.text)
    let isGrouped =
      (groups.first?.count ?? 4) <= 3
      && groups.dropFirst().allSatisfy { $0.count == 3 && $0.allSatisfy(\.isNumber) }
    return complaint(
      "wrong-type", isGrouped ? "a number is written without commas" : "\(option) takes one number",
      at: range,
      suggestion: isGrouped ? groups.joined() : groups.first)
  }

  private func unexpectedTarget(_ target: Word, _ command: Command) -> Diagnostic {
    complaint(
      "unexpected-target", "\(command.name) makes nothing that a name could hold", at: target.range,
      remedy: "leave out \"\(target.text) =\"")
  }

  private func unexpected(_ expression: Expression, _ command: Command) -> Diagnostic {
    let options = command.keywords.map(\.name)
    if case .call(let call) = expression, let keyword = command.keywordTaking(call) {
      return complaint(
        "missing-with", "\(quoted(call.name.text)) stands alone", at: call.name.range,
        remedy: "write \(keyword.name) before it: \(keyword.name) \(call.name.text)(…)")
    }
    guard let word = expression.word else {
      return complaint(
        "unexpected-value", "\(command.name) does not know what \(expression.words) is for",
        at: expression.range, remedy: "its form is: \(command.usage)")
    }
    let near = nearName(word.text, options)
    let remedy =
      options.isEmpty ? "its form is: \(command.usage)" : "options of \(command.name): " + sentence(options)
    return advised(
      complaint(
        "unknown-option", "\(command.name) has no option \(quoted(word.text))", at: word.range,
        remedy: near == nil ? remedy : nil, suggestion: near), word)
  }
}

extension Command {
  /// The option whose value such a call is.
  fileprivate func keywordTaking(_ call: Call) -> Keyword? {
    keywords.first { keyword in
      if case .calls(let known) = keyword.kind { known.contains { $0.name == call.name.text } } else { false }
    }
  }
}

/// "epochs 2" or "epochs 3" for `epochs 2.5`.
private func roundedRemedy(_ expression: Expression, name: String, kind: ValueKind) -> String? {
  guard case .count(let range) = kind, case .number(let literal) = expression, literal.value.isFinite,
    abs(literal.value) < 1e9
  else { return nil }
  let below = Int(clamping: literal.value.rounded(.down))
  let near = [below, below + 1].filter(range.contains).map { "\(name)\($0)" }
  return near.isEmpty ? nil : "write " + sentence(near, "or")
}

/// "a percentage is written 50 %" where a share was given as 50.
private func percentRemedy(_ expression: Expression, name: String) -> String? {
  guard case .number(let literal) = expression, literal.value > 1, literal.value <= 100,
    ["weight", Keyword.observerFreeze.name, Keyword.batchNormFreeze.name].contains(name)
  else { return nil }
  let share = literal.value < 2 ? 50 : literal.value
  return "a share is a fraction from 0 to 1, such as \(plain(share / 100)), or a percentage: \(plain(share))%"
}

/// The value that comes nearest to a written one, else one that could be written.
private func valueEdit(
  _ expression: Expression, _ kind: ValueKind, _ example: String?, name: String
) -> Edit? {
  if percentRemedy(expression, name: name) != nil, case .number(let literal) = expression, literal.value >= 2
  {
    return Edit(range: expression.range, text: plain(literal.value) + "%")
  }
  return nearestValue(expression, kind).map { Edit(range: expression.range, text: $0) }
    ?? example.map { Edit(range: expression.range, text: $0) }
}

private let numberWords = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
]

/// The number of a kind that a written number, or a number in words, comes nearest to; nil where neither is written.
private func nearestValue(_ expression: Expression, _ kind: ValueKind) -> String? {
  let spelled = expression.word.flatMap { numberWords.firstIndex(of: $0.text.lowercased()) }.map(Double.init)
  guard let number = spelled ?? expression.numericValue ?? expression.quotedNumber else { return nil }
  func whole(_ range: ClosedRange<Int>) -> String {
    "\(min(max(Int(clamping: number.rounded()), range.lowerBound), range.upperBound))"
  }
  switch kind {
  case .count(let range): return whole(range)
  case .width, .layers(.width): return whole(quantizationWidths)
  case .real(let range):
    if range.contains(number) { return plain(number) }
    guard range.upper.isFinite else { return nil }
    let nearest = min(max(number, range.lower), range.upper)
    return range.contains(nearest) ? plain(nearest) : nil
  case .either(let kinds): return kinds.lazy.compactMap { nearestValue(expression, $0) }.first
  case .choice, .model, .network, .newName, .text, .pattern, .names, .runNumbers, .place, .chain, .topic,
    .flag,
    .calls, .widths,
    .statement,
    .layers(.storage), .layers(.named):
    return nil
  }
}

extension Expression {
  /// The number in quotation marks.
  fileprivate var quotedNumber: Double? {
    if case .string(let literal) = self, let number = Double(literal.value), number.isFinite {
      number
    } else {
      nil
    }
  }
}

/// Why a width is out of range, and what comes nearest to it.
private func widthRemedy(_ expression: Expression, _ name: String, _ kind: ValueKind) -> String? {
  switch kind {
  case .width, .layers(.width), .widths: break
  case .count, .real, .choice, .model, .network, .newName, .text, .pattern, .names, .runNumbers, .place,
    .either,
    .chain, .topic,
    .statement, .flag, .calls, .layers(.storage), .layers(.named):
    return nil
  }
  guard let number = expression.numericValue else { return nil }
  let isNarrow = number < Double(quantizationWidths.lowerBound)
  if case .widths = kind {
    return isNarrow
      ? "a symmetric grid of one bit holds zero alone; the narrowest rung is 2"
      : "the integer kernels multiply bytes; the widest rung is 8"
  }
  return isNarrow
    ? "a symmetric grid of one bit holds zero alone; the narrowest is: \(name) 2"
    : "the integer kernels multiply bytes; write \(name) 8, or leave the layer in float: keep(LAYER)"
}

extension ValueKind {
  /// A value that could stand for an argument of a call; nil where no example holds everywhere.
  fileprivate var exampleValue: String? {
    exampleRemedy.flatMap { $0.hasPrefix("try: ") ? String($0.dropFirst(5)) : nil }
  }

  /// What could be written for an argument of a call.
  fileprivate var exampleRemedy: String? {
    switch self {
    case .count(let range): "try: \(max(range.lowerBound, min(16, range.upperBound)))"
    case .real(let range): range.contains(0.5) ? "try: 0.5" : nil
    case .model: "name a model, as in kd(teacher, DecoupledKD, 0.5)"
    case .choice(let choices): "choices: " + sentence(choices.map(\.name))
    case .width: "try: 8"
    case .network, .newName, .text, .pattern, .names, .runNumbers, .place, .either, .chain, .topic,
      .statement, .flag,
      .calls,
      .layers, .widths:
      nil
    }
  }
}

extension CallError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .unknown(let word, let noun, let known):
      unknownName(
        "unknown-\(noun)", "no \(noun) is called \(quoted(word.text))", word, known: known.map(\.name),
        noun: noun)
    case .unknownLabel(let label, let call, let known):
      unknownName(
        "unknown-argument", "\(call) has no argument \(quoted(label.text))", label, known: known,
        noun: "argument")
    case .repeated(let range, let label, let call):
      complaint(
        "repeated-argument", "\(call) is given \(label) twice", at: range, remedy: "leave one of them out")
    case .tooMany(let range, let call, let labels):
      complaint(
        "too-many-arguments",
        labels.isEmpty ? "\(call) takes no argument here" : "\(call) has no place for this argument",
        at: range,
        remedy: labels.isEmpty ? nil : "its arguments are: " + sentence(labels))
    case .missing(let call, let what, let example):
      complaint(
        "missing-argument", "\(call.name.text) needs \(what)", at: call.range,
        remedy: "try: \(example)")
    case .wrongKind(let expression, let label, let call, let kind, let example):
      complaint(
        "wrong-type", "\(label) of \(call) takes \(kind.words), not \(expression.words)",
        at: expression.range,
        remedy: roundedRemedy(expression, name: "", kind: kind) ?? example.map { "try: \($0)" }
          ?? kind.exampleRemedy, edit: valueEdit(expression, kind, example ?? kind.exampleValue, name: label))
    case .outOfRange(let expression, let label, let call, let kind, let example):
      complaint(
        "out-of-range", "\(label) of \(call) takes \(kind.words)", at: expression.range,
        remedy: percentRemedy(expression, name: label) ?? widthRemedy(expression, label + ":", kind)
          ?? example.map { "try: \($0)" }
          ?? kind.exampleRemedy, edit: valueEdit(expression, kind, example ?? kind.exampleValue, name: label))
    case .loss(let error, let range):
      complaint("loss-parameter", error.message, at: range, remedy: error.remedy)
    case .constantWithWarmUp(let range):
      complaint(
        "constant-with-warm-up",
        "a weight that is constant, or grows with the passes over the images, has no share of the steps to warm up",
        at: range,
        remedy: "write schedule: linear or schedule: cosine, or leave one of the two out")
    case .notLayers(let expression):
      complaint(
        "wrong-type", "layers of kd takes names of layers, not \(expression.words)", at: expression.range,
        remedy: "try: layers: [layer1, layer2], or layers: [student_layer: teacher_layer]")
    case .layersOfLogits(let range, let loss):
      complaint(
        "layers-of-logits", "\(loss) compares logits, not layers", at: range,
        remedy: "leave the layers out, or choose a loss of layers: "
          + sentence(LossEntry.catalogue.filter(\.comparesLayers).map(\.name)))
    case .weightsExceedOne(let range, let sum):
      complaint(
        "weights-exceed-one",
        "the weights of the teachers add up to \(plain((sum * 1000).rounded() / 1000)), which leaves the labels less than nothing",
        at: range, remedy: "lower one: the blend is (1 − Σ weight) · task + Σ weight · distillation")
    }
  }
}
