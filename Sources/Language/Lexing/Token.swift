/// The kind of a token.
package enum TokenKind: Hashable, Sendable {
  /// A verb, a keyword or a name: the lexer can't tell them apart.
  case word
  /// A name in which `*` stands for any text: `layer1.*`.
  case pattern
  case number
  /// A number with its sign: `1%`.
  case percentage
  /// With its quotes; also one that is not closed.
  case string
  case equals
  case comma
  case colon
  case greater
  case leftParenthesis
  case rightParenthesis
  case leftBracket
  case rightBracket
  /// A backslash at the end of a line.
  case continuation
  case newline
  /// From `#` to the end of the line.
  case comment
  /// Characters that mean nothing here.
  case invalid

  /// The kind that closes this one.
  var closing: TokenKind? {
    switch self {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    case .word, .pattern, .number, .percentage, .string, .equals, .comma, .colon, .greater, .rightParenthesis,
      .rightBracket, .continuation, .newline, .comment, .invalid:
      nil
    }
  }

  var isClosing: Bool { self == .rightParenthesis || self == .rightBracket }

  /// After it a line goes on.
  var continuesLine: Bool { self == .comma || self == .greater }
}

/// A piece of the program's text, as an editor paints it.
package struct Token: Hashable, Sendable {
  package var kind: TokenKind
  package var range: SourceRange
  /// True for a bracket that has no partner.
  package var isUnbalanced: Bool

  package init(kind: TokenKind, range: SourceRange, isUnbalanced: Bool = false) {
    self.kind = kind
    self.range = range
    self.isUnbalanced = isUnbalanced
  }
}

/// The tokens of a program in order, with comments and line ends, without white space; every input has some
/// reading.
package func tokenize(_ source: String) -> [Token] {
  let lexemes = Lexer(source).lexemes
  var tokens = lexemes.map { Token(kind: $0.kind, range: $0.range) }
  var stack = BracketStack()
  for (index, lexeme) in lexemes.enumerated() {
    if lexeme.kind.closing != nil {
      stack.open(lexeme, at: index)
    } else if lexeme.kind.isClosing {
      switch stack.close(lexeme.kind) {
      case .matched: break
      case .leaving(let openers):
        for opener in openers { tokens[opener.index].isUnbalanced = true }
      case .mismatched(let opener):
        tokens[opener.index].isUnbalanced = true
        tokens[index].isUnbalanced = true
      case .unopened: tokens[index].isUnbalanced = true
      }
    }
  }
  for opener in stack.openers { tokens[opener.index].isUnbalanced = true }
  return tokens
}
