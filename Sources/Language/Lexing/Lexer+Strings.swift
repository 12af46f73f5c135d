extension Lexer {
  /// Reads a string up to its quote.
  ///
  /// It ends with its line, unless a backslash ends the line.
  mutating func scanString() {
    let start = position
    position += 1
    var value = String.UnicodeScalarView()
    while let scalar = peek(), !Self.isLineEnd(scalar) {
      if scalar == "\"" {
        position += 1
        lexemes.append(Lexeme(kind: .string, range: range(from: start), text: String(value)))
        return
      }
      if scalar == "\\" {
        value.append(contentsOf: scanEscape())
      } else {
        if scalar.properties.generalCategory == .control, scalar != "\t" {
          diagnostics.append(.controlCharacter(scalar, offset: offsets[position]))
        }
        value.append(scalar)
        position += 1
      }
    }
    lexemes.append(Lexeme(kind: .string, range: range(from: start), text: String(value), isFaulty: true))
    diagnostics.append(
      .unterminatedString(text(from: start), openingQuote: offsets[start], closedBy: curlyQuote(after: start))
    )
  }

  /// What an escape stands for: nothing where the line goes on, itself where it has no meaning here, so that patterns
  /// are written as they are: "\d+\.png".
  private mutating func scanEscape() -> [Unicode.Scalar] {
    position += 1
    guard let escaped = peek() else {
      endsInOpenString = true
      return []
    }
    position += escaped == "\r" && peek(1) == "\n" ? 2 : 1
    switch escaped {
    case "\"", "\\": return [escaped]
    case "n": return ["\n"]
    case "\n", "\r":
      endsInOpenString = peek() == nil
      return []
    default: return ["\\", escaped]
    }
  }

  private func curlyQuote(after start: Int) -> (sign: Unicode.Scalar, offset: Int)? {
    scalars[start..<position].lastIndex { Self.doubleQuotes.contains($0) && $0 != "\"" }
      .map { (scalars[$0], offsets[$0]) }
  }

  static let doubleQuotes: Set<Unicode.Scalar> = [
    "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{00AB}", "\u{00BB}", "\u{FF02}",
  ]
  static let singleQuotes: Set<Unicode.Scalar> = ["'", "\u{2018}", "\u{2019}", "\u{201A}", "`", "\u{00B4}"]

  /// Reads a text in quotes of another kind as the string that was meant; false where the line doesn't close
  /// it.
  mutating func scanForeignString(_ quote: Unicode.Scalar) -> Bool {
    let closing = Self.doubleQuotes.contains(quote) ? Self.doubleQuotes : Self.singleQuotes
    guard closing.contains(quote) else { return false }
    let start = position
    let next = scalars[(start + 1)...].firstIndex { closing.contains($0) || Self.isLineEnd($0) }
    steps += (next ?? scalars.count) - start
    guard let end = next, closing.contains(scalars[end]) else { return false }
    position = end + 1
    let value = Self.text(scalars[start + 1..<end])
    lexemes.append(Lexeme(kind: .string, range: range(from: start), text: value))
    diagnostics.append(.foreignQuotes(value, opening: quote, closing: scalars[end], range(from: start)))
    return true
  }
}
