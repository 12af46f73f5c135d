extension Lexer {
  /// Characters that people write, or an editor puts, for one of the language.
  private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
    "\u{FF08}": "(", "\u{FF09}": ")", "\u{FF0C}": ",", "\u{3001}": ",", "\u{FF1A}": ":", "\u{FF1D}": "=",
    "\u{FF1E}": ">", "\u{FF3B}": "[", "\u{FF3D}": "]", "\u{203A}": ">",
  ]

  private static let arrows: Set<Unicode.Scalar> = ["|", "\u{2192}", "\u{27F6}", "\u{21D2}"]

  /// Reads what the language has no use for: reports it and, where it is plain what was meant, goes on with
  /// that.
  mutating func scanForeign(_ scalar: Unicode.Scalar) {
    if scanForeignString(scalar) || scanForeignComment() || scanPath() || scanArrow() || scanDashes() {
      return
    }
    let start = position
    position += 1
    if scalar == ";", endsStatement(at: position) { return }
    if scalar == ";" {
      append(.newline, from: start)
      diagnostics.append(.semicolon(range(from: start)))
    } else if let meant = Self.lookalikes[scalar], let kind = Self.punctuation[meant] {
      append(kind, from: start)
      diagnostics.append(.lookalike(scalar, meant: meant, range(from: start)))
    } else {
      skipForeign()
      append(.invalid, from: start)
      diagnostics.append(.unexpectedCharacters(text(from: start), range(from: start)))
    }
  }

  /// A file path without quotes, from its first part on: `data/mnist`, `~/mnist`, `../mnist`.
  private mutating func scanPath() -> Bool {
    let isBoundary = { (scalar: Unicode.Scalar) in
      Self.isBlank(scalar) || Self.isLineEnd(scalar) || "\"#,()[]".unicodeScalars.contains(scalar)
    }
    guard let first = peek(), first == "/" || first == "~" || first == ".", position >= pathlessEnd else {
      return false
    }
    let end = scalars[position...].firstIndex(where: isBoundary) ?? scalars.count
    steps += end - position
    guard scalars[position..<end].contains("/") else {
      pathlessEnd = end
      return false
    }
    var lower = offsets[position]
    var text = ""
    if let last = lexemes.last, [.word, .number].contains(last.kind), last.range.upperBound == lower {
      lower = last.range.lowerBound
      text = last.text
      lexemes.removeLast()
    }
    text += Self.text(scalars[position..<end])
    position = end
    let range = SourceRange(lowerBound: lower, upperBound: offsets[end])
    lexemes.append(Lexeme(kind: .string, range: range, text: text))
    diagnostics.append(.unquotedPath(text, range))
    return true
  }

  /// `->`, `|` and their like between layers.
  private mutating func scanArrow() -> Bool {
    let start = position
    guard let first = peek(), Self.arrows.contains(first) || (first == "-" && peek(1) == ">") else {
      return false
    }
    position += peek(1) == ">" ? 2 : 1
    append(.greater, from: start)
    diagnostics.append(.arrow(text(from: start), range(from: start)))
    return true
  }

  /// `--epochs`, as on a command line: the word is read next.
  private mutating func scanDashes() -> Bool {
    let start = position
    var end = start
    while end < scalars.count, scalars[end] == "-" { end += 1 }
    guard end > start, end < scalars.count, Self.isLetter(scalars[end]) else { return false }
    position = end
    let word = Self.text(scalars[end...].prefix { Self.isNamePart($0) || $0 == "-" })
    diagnostics.append(.dashes(range(from: start), before: word))
    return true
  }

  /// Goes on to the next character that can be read, so that a row of strange ones is one mistake.
  private mutating func skipForeign() {
    while let scalar = peek() {
      let isKnown =
        Self.isBlank(scalar) || Self.isLineEnd(scalar) || Self.punctuation[scalar] != nil
        || Self.isNamePart(scalar) || startsNumber(at: position) || "\"#\\;".unicodeScalars.contains(scalar)
        || Self.lookalikes[scalar] != nil
      if isKnown, !(scalar.properties.generalCategory == .nonspacingMark) { return }
      position += 1
    }
  }
}
