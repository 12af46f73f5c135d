import Language

extension SessionNames {
  /// What the stretches of a cell are, in order and without overlap; what isn't listed has no looks of its own.
  ///
  /// A word that the text ends in is no mistake yet while it begins something that could stand there.
  package func highlights(in text: String) -> [Highlight] {
    var words = WordKinds(names: self, end: text.utf8.count)
    for statement in parse(text, vocabulary: Command.vocabulary).statements { words.add(statement) }
    let bytes = Array(text.utf8)
    return tokenize(text).compactMap { token in
      let range = min(token.range.lowerBound, bytes.count)..<min(token.range.upperBound, bytes.count)
      guard let kind = kind(of: token, bytes[range], words) else { return nil }
      // Of a string without end only the quote is wrong.
      let isOpen = token.kind == .string && kind == .fault
      return Highlight(range: isOpen ? range.lowerBound..<range.lowerBound + 1 : range, kind: kind)
    }
  }

  private func kind(of token: Token, _ bytes: ArraySlice<UInt8>, _ words: WordKinds) -> HighlightKind? {
    if token.isUnbalanced { return .fault }
    switch token.kind {
    case .word: return words.kind(at: token.range.lowerBound, text: String(decoding: bytes, as: UTF8.self))
    case .number, .percentage: return .number
    case .string: return isClosed(bytes) ? .string : .fault
    case .comment: return .comment
    case .invalid: return .fault
    case .pattern, .equals, .comma, .colon, .greater, .leftParenthesis, .rightParenthesis, .leftBracket,
      .rightBracket, .continuation, .newline:
      return nil
    }
  }

  /// Other quotes than `"` are reported by the parser, as what they are meant for.
  private func isClosed(_ string: ArraySlice<UInt8>) -> Bool {
    let quote = UInt8(ascii: "\"")
    guard string.first == quote else { return true }
    guard string.count > 1, string.last == quote else { return false }
    let escapes = string.dropLast().reversed().prefix { $0 == UInt8(ascii: "\\") }.count
    return escapes.isMultiple(of: 2)
  }
}
