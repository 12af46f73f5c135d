import Text

extension Diagnostic {
  static func strayBackslash(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "stray-backslash", message: "unexpected \"\\\"", range: range,
      label: "a line goes on after \\ only where it is the last character", suggestion: "")
  }

  static func nameWithoutLetter(_ name: String, _ range: SourceRange) -> Diagnostic {
    let meant = String(name.drop { $0 == "_" })
    return Diagnostic(
      id: "invalid-name", message: "\(quoted(name)) is not a name", range: range,
      label: "a name begins with a letter", suggestion: meant.isEmpty ? nil : meant)
  }

  static func malformedNumber(
    _ text: String, _ range: SourceRange, repaired: String?, _ isPercentage: Bool
  ) -> Diagnostic {
    let meant = repaired.map { $0 + (isPercentage ? "%" : "") }
    return Diagnostic(
      id: "malformed-number", message: "\(quoted(text)) is neither a number nor a name", range: range,
      label: meant.map { "write \($0)" },
      notes: meant == nil
        ? ["a number is written 3, -1, 0.5, 1e-4 or 10%, and a name begins with a letter"] : [],
      suggestion: meant)
  }

  static func numberOutOfRange(_ text: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "number-out-of-range", message: "the number \(quoted(text)) is out of range", range: range,
      notes: ["numbers reach from 5e-324 to 1.797e308"])
  }

  static func controlCharacter(_ scalar: Unicode.Scalar, offset: Int) -> Diagnostic {
    let range = SourceRange(lowerBound: offset, upperBound: offset + UTF8.width(scalar))
    return Diagnostic(
      id: "unexpected-character", message: "unexpected control character \(codePoint(scalar)) in a string",
      range: range, suggestion: "")
  }

  static func unterminatedString(
    _ text: String, openingQuote: Int, closedBy quote: (sign: Unicode.Scalar, offset: Int)?
  ) -> Diagnostic {
    let range = SourceRange(lowerBound: openingQuote, upperBound: openingQuote + 1)
    let isShort = text.count <= 40 && !text.contains { $0.isNewline }
    let trimmed = openingQuote + text.trimmedEnd.utf8.count
    let end = SourceRange(lowerBound: trimmed, upperBound: trimmed)
    let closing = quote.map { quote in
      Edit(
        range: SourceRange(lowerBound: quote.offset, upperBound: quote.offset + UTF8.width(quote.sign)),
        text: "\"")
    }
    var notes: [String] = []
    if let quote = quote?.sign {
      notes.append("\(quote) doesn't close a string, only a straight \" does")
    } else if isShort, !text.hasSuffix("\\") {
      notes.append("try: \(text.trimmedEnd)\"")
    }
    return Diagnostic(
      id: "unterminated-string", message: "the string is not closed", range: range,
      label: "no \" follows on its line", notes: notes,
      edit: closing ?? (isShort ? Edit(range: end, text: "\"") : nil))
  }

  static func foreignQuotes(
    _ value: String, opening: Unicode.Scalar, closing: Unicode.Scalar, _ range: SourceRange
  ) -> Diagnostic {
    let meant = literal(value)
    return Diagnostic(
      id: "foreign-quotes", message: "a string needs straight quotes \"…\", not \(opening)…\(closing)",
      range: range, label: meant.count <= 40 ? "write \(meant)" : nil, suggestion: meant)
  }

  static func semicolon(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "unexpected-character", message: "unexpected \";\"", range: range,
      label: "each command has a line of its own", suggestion: "\n")
  }

  static func lookalike(
    _ scalar: Unicode.Scalar, meant: Unicode.Scalar, _ range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      id: "lookalike-character", message: "\(quoted(String(scalar))) stands where \"\(meant)\" is meant",
      range: range, label: "write \(meant)", suggestion: String(meant))
  }

  static func unquotedPath(_ text: String, _ range: SourceRange) -> Diagnostic {
    if text.allSatisfy({ $0.isNumber || $0 == "/" || $0 == "." || $0 == "-" }) {
      return Diagnostic(
        id: "unexpected-character", message: "unexpected \"/\" in \(quoted(text))", range: range,
        label: "there is no arithmetic", notes: ["write the result as a number: 0.25"])
    }
    return Diagnostic(
      id: "unquoted-path", message: "the path \(quoted(text)) needs quotes", range: range,
      label: text.count <= 40 ? "write \(literal(text))" : nil, suggestion: literal(text))
  }

  static func arrow(_ text: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "lookalike-character", message: "unexpected \(quoted(text))", range: range,
      label: "layers are joined with >", suggestion: ">")
  }

  static func dashes(_ range: SourceRange, before word: String) -> Diagnostic {
    Diagnostic(
      id: "unexpected-character", message: "a word can't begin with \"-\"", range: range,
      label: word.count <= 40 ? "write \(word)" : nil, suggestion: "")
  }

  static func unexpectedCharacters(_ text: String, _ range: SourceRange) -> Diagnostic {
    let scalars = text.unicodeScalars
    guard let first = scalars.first else {
      return Diagnostic(id: "unexpected-character", message: "unexpected character", range: range)
    }
    let isVisible = text.first.map(isPrintable) ?? false
    let kind = first.properties.generalCategory == .control ? "control" : "invisible"
    let message =
      if !isVisible {
        "unexpected \(kind) character \(codePoint(first))"
      } else {
        "unexpected \(text.count == 1 ? "character" : "characters") \(quoted(text))"
      }
    return Diagnostic(
      id: "unexpected-character", message: message, range: range, label: advice[first],
      suggestion: isVisible ? nil : "")
  }

  private static let advice: [Unicode.Scalar: String] = [
    "+": "there is no arithmetic", "*": "there is no arithmetic", "-": "there is no arithmetic",
    "{": "a call is written kd(…), a list […]", "}": "a call is written kd(…), a list […]",
    "\u{2013}": "write -", "\u{2014}": "write -", "^": "there is no arithmetic",
    "/": "there is no arithmetic", "<": "layers are joined with >",
    "'": "a string is written \"…\"", "`": "a string is written \"…\"",
    "\u{201C}": "a string is written \"…\"", "\u{201D}": "a string is written \"…\"",
    "\u{2018}": "a string is written \"…\"", "\u{2019}": "a string is written \"…\"",
    "%": "a percentage is written 10%", "!": "commands of the shell don't work here",
    "?": "help explains a command: help train", ".": "a path ends in a name: student.layer1",
  ]

  /// `U+00A0`.
  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A value as a string of the language.
  private static func literal(_ value: String) -> String {
    // Scalar by scalar: a quote with a mark on it is one character, and none of the two that are escaped.
    let escaped = value.unicodeScalars.reduce(into: String.UnicodeScalarView()) { text, scalar in
      if scalar == "\"" || scalar == "\\" { text.append("\\") }
      text.append(scalar)
    }
    return "\"" + String(escaped) + "\""
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
