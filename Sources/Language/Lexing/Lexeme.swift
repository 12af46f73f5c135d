/// A token with what the parser needs of it.
struct Lexeme: Hashable {
  var kind: TokenKind
  var range: SourceRange
  /// A name as written, a number in plain ASCII, a string's value; else empty.
  var text = ""
  /// True where its problem has been reported already, so that nothing more is to be said about it.
  var isFaulty = false

  /// True for a bracket that the program lacks.
  var isImplied: Bool { range.isEmpty }
}

extension [Lexeme] {
  /// The backslash after which the text ends, perhaps with the end of its line.
  var pendingContinuation: Lexeme? {
    let last = last?.kind == .newline ? dropLast().last : last
    return last?.kind == .continuation ? last : nil
  }
}
