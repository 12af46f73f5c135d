/// The program cut into statements: lines that go on are joined, and brackets come in pairs.
///
/// Comments and the line ends inside a statement are gone. A bracket that is never closed is reported, and
/// closed with an empty lexeme where its statement ends; one that closes nothing is reported and left out.
struct LogicalLines {
  private(set) var lines: [[Lexeme]] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// Lexemes that were looked at again, ahead of the place that was read.
  private(set) var steps = 0

  private let lexemes: [Lexeme]
  private let source: SourceFile
  private let vocabulary: Vocabulary
  private var line: [Lexeme] = []
  private var stack = BracketStack()

  init(_ lexemes: [Lexeme], in source: SourceFile, vocabulary: Vocabulary) {
    self.lexemes = lexemes
    self.source = source
    self.vocabulary = vocabulary
    for index in lexemes.indices { read(index) }
    if let backslash = lexemes.pendingContinuation {
      diagnostics.append(.nothingAfterBackslash(backslash.range))
    }
    endLine()
  }

  private mutating func read(_ index: Int) {
    let lexeme = lexemes[index]
    switch lexeme.kind {
    case .comment, .continuation: break
    case .newline: readLineEnd(index)
    case .leftParenthesis, .leftBracket:
      stack.open(lexeme, at: line.count)
      line.append(lexeme)
    case .rightParenthesis, .rightBracket: readClosingBracket(lexeme)
    case .word, .pattern, .number, .percentage, .string, .equals, .comma, .colon, .greater, .invalid:
      line.append(lexeme)
    }
  }

  private mutating func readLineEnd(_ index: Int) {
    if index > 0, lexemes[index - 1].kind == .continuation { return }
    if !stack.isEmpty {
      if beginsStatement(after: index) { endLine() }
    } else if line.last?.kind.continuesLine != true {
      endLine()
    }
  }

  private mutating func readClosingBracket(_ lexeme: Lexeme) {
    var lexeme = lexeme
    switch stack.close(lexeme.kind) {
    case .matched: break
    case .leaving(let openers): close(openers, before: lexeme)
    case .mismatched(let opener):
      diagnostics.append(.mismatchedBracket(opener.lexeme, closedBy: lexeme))
      lexeme.kind = opener.lexeme.kind.closing ?? lexeme.kind
    case .unopened:
      diagnostics.append(.unopenedBracket(lexeme))
      return
    }
    line.append(lexeme)
  }

  private mutating func endLine() {
    close(stack.openers, before: nil)
    stack.removeAll()
    if !line.isEmpty { lines.append(line) }
    line = []
  }

  /// Closes brackets that the program leaves open, with one report for the innermost.
  private mutating func close(_ openers: [BracketStack.Opener], before next: Lexeme?) {
    guard let innermost = openers.last, let last = line.last else { return }
    let closers = openers.reversed().compactMap(\.lexeme.kind.closing)
    let end = last.range.upperBound
    let place = SourceRange(lowerBound: end, upperBound: end)
    let name = innermost.index > 0 ? line[innermost.index - 1] : innermost.lexeme
    let isCall = name.kind == .word && name.range.upperBound == innermost.lexeme.range.lowerBound
    let start = isCall ? name.range.lowerBound : innermost.lexeme.range.lowerBound
    let fragment = source.text(of: SourceRange(lowerBound: start, upperBound: end))
    diagnostics.append(.unclosedBracket(innermost.lexeme, fragment: fragment, before: next, end: place))
    line += closers.map { Lexeme(kind: $0, range: place) }
  }

  /// True where the next line can't be meant to stand inside a bracket: it is a command of its own.
  private mutating func beginsStatement(after index: Int) -> Bool {
    let next = lexemes[(index + 1)...].prefix(3).prefix { $0.kind != .newline && $0.kind != .comment }
    steps += next.count
    guard let first = next.first, first.kind == .word else { return false }
    let second = next.dropFirst().first
    if second?.kind == .equals {
      let third = next.dropFirst(2).first
      return third?.kind == .word && vocabulary.knows(verb: third?.text ?? "")
    }
    guard vocabulary.knows(verb: first.text) else { return false }
    if let second { return [.word, .number, .percentage, .string].contains(second.kind) }
    // A verb alone on its line is an element of the bracket where one is due.
    let kindsBeforeElement: [TokenKind] = [.comma, .greater, .colon, .equals, .leftParenthesis, .leftBracket]
    return line.last.map { !kindsBeforeElement.contains($0.kind) } ?? true
  }
}
