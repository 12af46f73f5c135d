import Datasets
package import Language

/// Matches a statement with its command: each word gets its place, each value its kind and range.
package func bind(_ statement: Statement, to command: Command) throws(BindingError) -> Arguments {
  var arguments = Arguments(statement: statement)
  if let target = statement.target, case .none = command.target {
    throw .unexpectedTarget(target, command: command)
  }
  arguments.operands = try boundOperands(of: statement, command: command)
  for clause in statement.clauses {
    guard let keyword = command.keyword(named: clause.keyword.text) else {
      throw .unexpected(.name(clause.keyword), command: command)
    }
    arguments.clauses[keyword.name] = try boundClause(clause, keyword)
  }
  return arguments
}

/// Finds the command of each statement and binds it; a statement gives at most one diagnostic.
///
/// Of many, those that no list shows (`shown`) have their places and no more: to look for near names costs time.
package func bind(_ program: Program) -> (bound: [(Command, Arguments)], diagnostics: [Diagnostic]) {
  var bound: [(Command, Arguments)] = []
  var diagnostics: [Diagnostic] = []
  for statement in program.statements {
    do throws(BindingError) {
      if let command = Command.named(statement.verb.text) {
        if let sweep = try Sweep(statement, of: command) {
          bound += try sweep.bound(to: command)
        } else {
          bound.append((command, try bind(statement, to: command)))
        }
      } else if statement.isBareName {
        bound.append((.bareName, Arguments(statement: statement)))
      } else {
        throw .unknownVerb(statement.verb)
      }
    } catch {
      diagnostics.append(
        diagnostics.count < 20
          ? error.diagnostic
          : Diagnostic(id: "further-problem", message: "a further problem", range: statement.range))
    }
  }
  return (bound, diagnostics)
}

private func boundOperands(
  of statement: Statement, command: Command
) throws(BindingError) -> [Arguments.Written] {
  var written: [Arguments.Written] = []
  var rest = statement.operands[...]
  for operand in command.operands {
    switch operand.arity {
    case .one:
      guard let expression = rest.popFirst() else {
        throw .missingOperand(operand, verb: statement.verb, command: command)
      }
      written.append(try bound(expression, place: operand.place(in: command), kind: operand.kind))
    case .optional:
      if let expression = rest.popFirst() {
        written.append(try bound(expression, place: operand.place(in: command), kind: operand.kind))
      }
    case .several where rest.isEmpty: throw .missingOperand(operand, verb: statement.verb, command: command)
    case .many, .several:
      while let expression = rest.popFirst() {
        written.append(try bound(expression, place: operand.place(in: command), kind: operand.kind))
      }
    }
  }
  if let surplus = rest.first { throw .unexpected(surplus, command: command) }
  return written
}

private func boundClause(_ clause: Clause, _ keyword: Keyword) throws(BindingError) -> Arguments.Written {
  switch clause.value {
  case .none:
    guard case .flag = keyword.kind else {
      throw .missingValue(keyword: clause.keyword, kind: keyword.kind)
    }
    return Arguments.Written(value: .flag, range: clause.range)
  case .calls(let calls):
    guard case .calls(let known) = keyword.kind, !calls.isEmpty else {
      throw .missingValue(keyword: clause.keyword, kind: keyword.kind)
    }
    for call in calls where !known.contains(where: { $0.name == call.name.text }) {
      throw .call(.unknown(call.name, noun: "clause", known: known))
    }
    return Arguments.Written(value: .calls(calls), range: clause.range)
  case .arguments(let call):
    guard !call.arguments.isEmpty else { throw .missingValue(keyword: clause.keyword, kind: keyword.kind) }
    return Arguments.Written(value: .arguments(call), range: clause.range)
  case .value(let expression):
    return try bound(expression, place: keyword.place, kind: keyword.kind)
  }
}

/// Checks one written value against the kind that its place takes.
func bound(
  _ expression: Expression, place: Place, kind: ValueKind
) throws(BindingError) -> Arguments.Written {
  switch checked(expression, kind: kind) {
  case .fits(let value): return Arguments.Written(value: value, range: expression.range)
  case .wrongKind: throw .wrongKind(expression, place: place, kind: kind)
  case .outOfRange: throw .outOfRange(expression, place: place, kind: kind)
  case .unknown(let word, let choices): throw .unknownChoice(word, place: place, choices: choices)
  }
}

/// How a written value compares with a kind.
enum Check {
  case fits(BoundValue)
  case wrongKind
  case outOfRange
  case unknown(Word, [Choice])
}

func checked(_ expression: Expression, kind: ValueKind) -> Check {
  switch kind {
  case .count(let range):
    guard let number = expression.numericValue, case .number = expression else { return .wrongKind }
    guard abs(number) < 0x1p53 else { return .outOfRange }
    guard let count = Int(exactly: number) else { return .wrongKind }
    return range.contains(count) ? .fits(.count(count)) : .outOfRange
  case .real(let range):
    guard let number = expression.numericValue else { return .wrongKind }
    if case .percentage = expression, !range.isShare { return .wrongKind }
    return range.contains(number) ? .fits(.real(number)) : .outOfRange
  case .choice(let choices):
    guard let word = expression.word else { return .wrongKind }
    return choices.contains { $0.name == word.text } ? .fits(.word(word)) : .unknown(word, choices)
  case .model, .network, .newName, .layers(.named):
    guard let word = expression.word else { return .wrongKind }
    return .fits(.word(word))
  case .either(let kinds): return checked(expression, kinds)
  case .names: return checkedNames(expression)
  case .runNumbers: return checkedRuns(expression)
  case .place: return checkedPlace(expression)
  case .text, .pattern:
    guard case .string(let literal) = expression else { return .wrongKind }
    return .fits(.text(literal.value))
  case .chain: return checkedChain(expression)
  case .topic:
    if let word = expression.word { return .fits(.word(word)) }
    guard case .number(let literal) = expression else { return .wrongKind }
    return .fits(.word(Word(text: literal.text, range: literal.range)))
  case .width, .layers(.width): return checked(expression, kind: .count(quantizationWidths))
  case .statement, .flag, .calls, .layers(.storage), .widths: return .wrongKind
  }
}

/// How a written value compares with several kinds: the first that it fits, else the one that it comes nearest to.
private func checked(_ expression: Expression, _ kinds: [ValueKind]) -> Check {
  var nearest = Check.wrongKind
  for kind in kinds {
    let check = checked(expression, kind: kind)
    switch (check, nearest) {
    case (.fits, _): return check
    // Where a number is meant, a word among few is no misspelling of one word alone.
    case (.unknown(let word, let choices), _)
    where choices.count == 1 && nearName(word.text, choices.map(\.name)) == nil:
      continue
    case (.unknown, _), (.outOfRange, .wrongKind): nearest = check
    case (.outOfRange, _), (.wrongKind, _): continue
    }
  }
  return nearest
}

/// Names as words or text; numbers are names too, and one alone counts names that are numbers from 0.
private func checkedNames(_ expression: Expression) -> Check {
  guard case .list(let elements, _) = expression else { return .wrongKind }
  if elements.count == 1, case .number = elements[0] {
    switch checked(elements[0], kind: .count(2...ImageSet.mostClasses)) {
    case .fits(.count(let count)): return .fits(.texts((0..<count).map { "\($0)" }))
    case let other: return other
    }
  }
  var names: [String] = []
  for element in elements {
    switch element {
    case .string(let literal): names.append(literal.value)
    case .number(let literal): names.append(literal.text)
    default:
      guard let word = element.word else { return .wrongKind }
      names.append(word.text)
    }
  }
  guard Set(names).count == names.count, !names.contains("") else { return .wrongKind }
  return .fits(.texts(names))
}

/// Each run once.
private func checkedRuns(_ expression: Expression) -> Check {
  guard case .list(let elements, _) = expression else { return .wrongKind }
  var numbers: [String] = []
  for element in elements {
    switch checked(element, kind: .count(1...1_000_000_000)) {
    case .fits(.count(let number)): numbers.append("\(number)")
    case .outOfRange: return .outOfRange
    case .fits, .wrongKind, .unknown: return .wrongKind
    }
  }
  guard numbers.count >= 2, Set(numbers).count == numbers.count else { return .wrongKind }
  return .fits(.texts(numbers))
}

/// A row and a column.
private func checkedPlace(_ expression: Expression) -> Check {
  guard case .list(let elements, _) = expression, elements.count == 2 else { return .wrongKind }
  var numbers: [Int] = []
  for element in elements {
    switch checked(element, kind: .count(0...1_000_000)) {
    case .fits(.count(let number)): numbers.append(number)
    case .outOfRange: return .outOfRange
    case .fits, .wrongKind, .unknown: return .wrongKind
    }
  }
  return .fits(.counts(numbers))
}

/// A single layer is a chain of one.
private func checkedChain(_ expression: Expression) -> Check {
  switch expression {
  case .chain(let chain): .fits(.chain(chain))
  case .call(let call): .fits(.chain(Chain(layers: [call], range: call.range)))
  case .name(let word):
    .fits(
      .chain(
        Chain(
          layers: [Call(name: word, arguments: [], range: word.range, hasParentheses: false)],
          range: word.range)))
  case .number, .percentage, .string, .list, .pair: .wrongKind
  }
}
