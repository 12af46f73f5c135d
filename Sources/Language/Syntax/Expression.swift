/// A word of the program with its place: a verb, a keyword, a name.
package struct Word: Hashable, Sendable {
  package var text: String
  package var range: SourceRange

  package init(text: String, range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A value that stands in a command.
package indirect enum Expression: Hashable, Sendable {
  /// A name or, with dots, a path into a model: `student.layer1.0.conv1`.
  case name(Word)
  case number(NumberLiteral)
  /// `value` is the number before the sign: 1 for `1%`.
  case percentage(NumberLiteral)
  case string(StringLiteral)
  /// A name with parentheses: `kd(teacher, 0.5)`.
  case call(Call)
  /// `[a, b]`; the range includes the brackets.
  case list([Expression], SourceRange)
  /// `a: b`, an element of a list; the range is of both.
  case pair(Word, Expression, SourceRange)
  /// Layers one after the other: `conv(16, 3) > relu`.
  case chain(Chain)

  package var range: SourceRange {
    switch self {
    case .name(let word): word.range
    case .number(let literal), .percentage(let literal): literal.range
    case .string(let literal): literal.range
    case .call(let call): call.range
    case .list(_, let range), .pair(_, _, let range): range
    case .chain(let chain): chain.range
    }
  }
}

/// A decimal number: always finite.
package struct NumberLiteral: Hashable, Sendable {
  package var value: Double
  /// As it stands in the program, a percentage with its sign: `1e-4`, `1%`.
  package var text: String
  package var range: SourceRange

  package init(value: Double, text: String, range: SourceRange) {
    self.value = value
    self.text = text
    self.range = range
  }
}

/// A text in quotes.
package struct StringLiteral: Hashable, Sendable {
  /// Without the quotes, escapes resolved.
  package var value: String
  /// Includes the quotes.
  package var range: SourceRange

  package init(value: String, range: SourceRange) {
    self.value = value
    self.range = range
  }
}
