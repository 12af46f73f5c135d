/// Whether a cell that is being typed can run as it stands.
package enum Completeness: Equatable, Sendable {
  case complete
  /// The line goes on, for a reason such as `( is open` or `after ,`.
  case incomplete(reason: String)
  /// No further line can mend it.
  case invalid
}

/// Whether a program ends where a statement can end.
///
/// Only its form counts: a complete program may still name a command that doesn't exist. A string that its
/// line doesn't close is invalid, for a string ends with its line; after a backslash in it, it is open.
package func completeness(of source: String) -> Completeness {
  let lexer = Lexer(source)
  let problems = lexer.diagnostics.filter { $0.severity == .error }
  if !problems.isEmpty {
    let onlyProblem = lexer.endsInOpenString && problems.count == 1
    return onlyProblem ? .incomplete(reason: "a string is open") : .invalid
  }
  var stack = BracketStack()
  var last: Lexeme?
  for (index, lexeme) in lexer.lexemes.enumerated() {
    switch lexeme.kind {
    case .comment, .newline, .continuation: continue
    case .leftParenthesis, .leftBracket: stack.open(lexeme, at: index)
    case .rightParenthesis, .rightBracket:
      guard case .matched = stack.close(lexeme.kind) else { return .invalid }
    case .word, .pattern, .number, .percentage, .string, .equals, .comma, .colon, .greater, .invalid: break
    }
    last = lexeme
  }
  if let opener = stack.openers.last {
    return .incomplete(reason: opener.lexeme.kind == .leftParenthesis ? "( is open" : "[ is open")
  }
  if lexer.lexemes.pendingContinuation != nil { return .incomplete(reason: "after \\") }
  guard let last, last.kind.continuesLine else { return .complete }
  return .incomplete(reason: last.kind == .comma ? "after ," : "after >")
}
