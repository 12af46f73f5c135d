package import Language

/// A value whose kind and range have been checked.
package enum BoundValue: Sendable {
  case count(Int)
  case real(Double)
  case word(Word)
  case text(String)
  case chain(Chain)
  case flag
  case calls([Call])
  /// The option with parentheses of its own.
  case arguments(Call)
}

/// A statement whose words are understood: what was written, by operand and by keyword.
package struct Arguments: Sendable {
  package struct Written: Sendable {
    package var value: BoundValue
    package var range: SourceRange

    package init(value: BoundValue, range: SourceRange) {
      self.value = value
      self.range = range
    }
  }

  package var statement: Statement
  package var operands: [Written] = []
  package var clauses: [String: Written] = [:]

  package init(statement: Statement) { self.statement = statement }

  package var target: Word? { statement.target }
  package var verb: Word { statement.verb }

  /// The operand at a place, where it is a word.
  package func word(at place: Int) -> Word? {
    guard operands.indices.contains(place), case .word(let word) = operands[place].value else { return nil }
    return word
  }

  /// The word of an operand that binding requires.
  package func requiredWord(at place: Int) throws -> Word {
    guard let word = word(at: place) else {
      throw StatementError.nameMissing(verb, example: Command.named(verb.text)?.examples.first ?? verb.text)
    }
    return word
  }

  /// The operand at a place, where it is text.
  package func text(at place: Int) -> String? {
    guard operands.indices.contains(place), case .text(let text) = operands[place].value else { return nil }
    return text
  }

  package func has(_ keyword: Keyword) -> Bool { clauses[keyword.name] != nil }
  package func range(of keyword: Keyword) -> SourceRange? { clauses[keyword.name]?.range }

  package func count(_ keyword: Keyword) -> Int? {
    if case .count(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func real(_ keyword: Keyword) -> Double? {
    if case .real(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func word(_ keyword: Keyword) -> Word? {
    if case .word(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func text(_ keyword: Keyword) -> String? {
    if case .text(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func arguments(_ keyword: Keyword) -> Call? {
    if case .arguments(let call)? = clauses[keyword.name]?.value { call } else { nil }
  }

  package func calls(_ keyword: Keyword) -> [Call] {
    if case .calls(let value)? = clauses[keyword.name]?.value { value } else { [] }
  }
}
