/// The brackets that are open at a place.
struct BracketStack {
  struct Opener {
    var lexeme: Lexeme
    /// Its place among the lexemes.
    var index: Int
  }

  enum Closing {
    case matched
    /// The bracket closes one further out; these, outermost first, were left open.
    case leaving([Opener])
    /// The innermost bracket is of the other kind, and none of this kind is open.
    case mismatched(Opener)
    /// Nothing is open.
    case unopened
  }

  private(set) var openers: [Opener] = []
  private var parentheses = 0

  var isEmpty: Bool { openers.isEmpty }

  mutating func open(_ lexeme: Lexeme, at index: Int) {
    openers.append(Opener(lexeme: lexeme, index: index))
    if lexeme.kind == .leftParenthesis { parentheses += 1 }
  }

  /// Takes away the bracket that this one closes, and those inside it.
  mutating func close(_ kind: TokenKind) -> Closing {
    guard let innermost = pop() else { return .unopened }
    if innermost.lexeme.kind.closing == kind { return .matched }
    let partners = kind == .rightParenthesis ? parentheses : openers.count - parentheses
    guard partners > 0 else { return .mismatched(innermost) }
    var left = [innermost]
    while let opener = pop(), opener.lexeme.kind.closing != kind { left.append(opener) }
    return .leaving(left.reversed())
  }

  mutating func removeAll() {
    openers = []
    parentheses = 0
  }

  private mutating func pop() -> Opener? {
    guard let opener = openers.popLast() else { return nil }
    if opener.lexeme.kind == .leftParenthesis { parentheses -= 1 }
    return opener
  }
}
