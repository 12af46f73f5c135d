/// A cell that arrives line by line, of which it is asked after each whether it can run: every line is read once,
/// however long the cell becomes.
package struct GrowingCell: Sendable {
  /// The lines so far, each with its newline.
  package private(set) var text = ""
  /// How often a scalar was looked at so far.
  package private(set) var steps = 0

  private var stack = BracketStack()
  /// The kind of the last token that isn't white space.
  private var last: TokenKind?
  private var isInString = false
  private var isInvalid = false

  package init() {}

  package var isEmpty: Bool { text.isEmpty }

  /// Adds a line, without its newline; returns what `completeness` would say of the text with it.
  package mutating func add(_ line: some StringProtocol) -> Completeness {
    let whole = String(line) + "\n"
    text += whole
    return isInvalid ? .invalid : read(whole)
  }

  /// Reads a further piece of the cell, of whole lines.
  mutating func read(_ piece: String) -> Completeness {
    // A string that goes on is read as one that starts: what is in it before makes no difference to its end.
    let lexer = Lexer(isInString ? "\"" + piece : piece)
    steps += lexer.steps
    isInString = lexer.endsInOpenString
    let problems = lexer.diagnostics.filter { $0.severity == .error }
    if !problems.isEmpty, !isInString || problems.count > 1 { return invalid() }
    for (index, lexeme) in lexer.lexemes.enumerated() {
      switch lexeme.kind {
      case .comment, .newline, .continuation: continue
      case .leftParenthesis, .leftBracket: stack.open(lexeme, at: index)
      case .rightParenthesis, .rightBracket:
        guard case .matched = stack.close(lexeme.kind) else { return invalid() }
      case .word, .pattern, .number, .percentage, .string, .equals, .comma, .colon, .greater, .invalid: break
      }
      last = lexeme.kind
    }
    if isInString { return .incomplete(reason: "a string is open") }
    return completeness(isContinued: lexer.lexemes.pendingContinuation != nil)
  }

  private func completeness(isContinued: Bool) -> Completeness {
    if let opener = stack.openers.last {
      return .incomplete(reason: opener.lexeme.kind == .leftParenthesis ? "( is open" : "[ is open")
    }
    if isContinued { return .incomplete(reason: "after \\") }
    guard let last, last.continuesLine else { return .complete }
    return .incomplete(reason: last == .comma ? "after ," : "after >")
  }

  /// No further line can mend it.
  private mutating func invalid() -> Completeness {
    isInvalid = true
    return .invalid
  }
}
