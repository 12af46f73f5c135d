import Language

/// What a notebook's parameter stands for.
package enum ParameterValue: Hashable, Sendable {
  /// A number or percentage, as spelled.
  case number(String)
  case word(String)
  case string(String)

  /// The value that is written as one token of the language; nil for anything else.
  init?(literal: String) {
    let tokens = tokenize(literal)
    guard let token = tokens.first, tokens.count == 1, token.range.lowerBound == 0,
      token.range.upperBound == literal.utf8.count
    else { return nil }
    switch token.kind {
    case .number, .percentage: self = .number(literal)
    case .word: self = .word(literal)
    case .string:
      guard let text = unquoted(literal) else { return nil }
      self = .string(text)
    case .pattern, .equals, .comma, .colon, .greater, .leftParenthesis, .rightParenthesis, .leftBracket,
      .rightBracket, .continuation, .newline, .comment, .invalid:
      return nil
    }
  }

  /// As it is written in a program.
  var literal: String {
    switch self {
    case .number(let spelling), .word(let spelling): spelling
    case .string(let text): "\"\(escaped(text))\""
    }
  }

  /// As it is written inside a string of a program.
  var textInString: String {
    switch self {
    case .number(let spelling), .word(let spelling): spelling
    case .string(let text): escaped(text)
    }
  }
}

private func escaped(_ text: String) -> String {
  text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
}

/// The text of a string literal; nil where it isn't closed or has an escape without meaning.
private func unquoted(_ literal: String) -> String? {
  guard literal.count >= 2, literal.hasPrefix("\""), literal.hasSuffix("\"") else { return nil }
  var text = ""
  var characters = literal.dropFirst().dropLast().makeIterator()
  while let character = characters.next() {
    guard character == "\\" else {
      text.append(character)
      continue
    }
    switch characters.next() {
    case "n": text += "\n"
    case "\"": text += "\""
    case "\\": text += "\\"
    default: return nil
    }
  }
  return text
}
