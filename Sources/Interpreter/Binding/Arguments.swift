package import Language

/// A value whose kind and range have been checked.
package enum BoundValue: Sendable {
  case count(Int)
  case real(Double)
  case word(Word)
  case text(String)
  case texts([String])
  case counts([Int])
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
  /// The sweep whose models are to be set side by side.
  var sweep: Sweep?

  package init(statement: Statement) { self.statement = statement }

  package var target: Word? { statement.target }
  package var verb: Word { statement.verb }

  /// The operand at a place, where it is a word.
  package func word(at place: Int) -> Word? {
    guard operands.indices.contains(place), case .word(let word) = operands[place].value else { return nil }
    return word
  }

  /// The operand at a place, where it is text.
  package func text(at place: Int) -> String? {
    guard operands.indices.contains(place), case .text(let text) = operands[place].value else { return nil }
    return text
  }

  /// The word of an operand that binding requires.
  package func requiredWord(at place: Int) throws -> Word {
    guard let word = word(at: place) else {
      throw StatementError.nameMissing(verb, example: Command.named(verb.text)?.examples.first ?? verb.text)
    }
    return word
  }

  /// The operands from a place on, as far as they are words, each name once.
  package func words(from place: Int = 0) -> [Word] {
    operands.indices.dropFirst(place).compactMap { word(at: $0) }.reduce(into: []) { words, word in
      if !words.contains(where: { $0.text == word.text }) { words.append(word) }
    }
  }

  /// The stretch of an option with its value.
  package func clauseRange(_ keyword: Keyword) -> SourceRange? {
    statement.clauses.first { $0.keyword.text == keyword.name }?.range
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

  package func texts(_ keyword: Keyword) -> [String]? {
    if case .texts(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func counts(_ keyword: Keyword) -> [Int]? {
    if case .counts(let value)? = clauses[keyword.name]?.value { value } else { nil }
  }

  package func arguments(_ keyword: Keyword) -> Call? {
    if case .arguments(let call)? = clauses[keyword.name]?.value { call } else { nil }
  }

  package func calls(_ keyword: Keyword) -> [Call] {
    if case .calls(let value)? = clauses[keyword.name]?.value { value } else { [] }
  }
}
