/// Reads program text into a tree.
///
/// It never fails: what can't be read becomes a diagnostic, and reading goes on at the next statement, so
/// that mistakes in several statements are reported together. At most 20 are reported, and how many more
/// there are.
package func parse(_ source: String, vocabulary: Vocabulary) -> Program {
  let file = SourceFile(source)
  let lexer = Lexer(source)
  let logicalLines = LogicalLines(lexer.lexemes, in: file, vocabulary: vocabulary)
  var parser = Parser(source: file, vocabulary: vocabulary)
  var statements: [Statement] = []
  for line in logicalLines.lines {
    if let statement = parser.statement(of: line) { statements.append(statement) }
  }
  let diagnostics = lexer.diagnostics + logicalLines.diagnostics + parser.diagnostics
  var program = Program(statements: statements, diagnostics: diagnostics.shown())
  program.mistakes = diagnostics.filter { $0.severity == .error }.map { $0.range?.lowerBound ?? 0 }.sorted()
  program.hidden = diagnostics.count - program.problems.count
  program.steps = lexer.steps + lexer.lexemes.count + logicalLines.steps
  return program
}

extension [Diagnostic] {
  /// Sorted by place, those without one last, and cut where nobody would read on: then a note says how many more
  /// there are, `hidden` others among them.
  package func shown(hidden: Int = 0) -> [Diagnostic] {
    let limit = 20
    let sorted = enumerated().sorted { one, other in
      (one.element.range?.lowerBound ?? .max, one.offset)
        < (other.element.range?.lowerBound ?? .max, other.offset)
    }.map(\.element)
    let rest = Swift.max(0, count - limit) + hidden
    return rest == 0 ? sorted : sorted.prefix(limit) + [.notShown(rest)]
  }
}

/// Reads statements, one after the other, each from its own lexemes.
struct Parser {
  /// Why the rest of a statement isn't read.
  enum Interruption: Error {
    case problem(Diagnostic)
    /// There is nothing to add: the lexeme has been reported already.
    case reported
  }

  static let depthLimit = 64

  let source: SourceFile
  let vocabulary: Vocabulary
  var diagnostics: [Diagnostic] = []
  var lexemes: [Lexeme] = []
  var position = 0
  /// How many brackets are open.
  var depth = 0
  /// True where names may be patterns: inside an option's own parentheses, and among some commands' operands.
  var admitsPatterns = false

  init(source: SourceFile, vocabulary: Vocabulary) {
    self.source = source
    self.vocabulary = vocabulary
  }

  /// The statement that a line holds, as far as it can be read; nil where it has no verb.
  mutating func statement(of line: [Lexeme]) -> Statement? {
    lexemes = line
    position = 0
    depth = 0
    admitsPatterns = false
    var statement: Statement?
    do throws(Interruption) {
      var draft = try readHead()
      defer { statement = draft }
      try readBody(of: &draft)
    } catch {
      switch error {
      case .problem(let diagnostic): diagnostics.append(diagnostic)
      case .reported: break
      }
    }
    return statement
  }
}

extension Parser {
  var isAtEnd: Bool { position >= lexemes.count }

  func peek(_ distance: Int = 0) -> Lexeme? {
    position + distance < lexemes.count ? lexemes[position + distance] : nil
  }

  func at(_ kind: TokenKind) -> Bool { peek()?.kind == kind }

  /// The lexeme before the place.
  var previous: Lexeme? { position > 0 ? lexemes[position - 1] : nil }

  /// Takes the next lexeme where it is of the kind.
  mutating func take(_ kind: TokenKind) -> Lexeme? {
    guard let lexeme = peek(), lexeme.kind == kind else { return nil }
    position += 1
    return lexeme
  }

  mutating func takeWord() -> Word? {
    take(.word).map { Word(text: composed($0.text), range: $0.range) }
  }

  /// From one lexeme to the last that was taken.
  func range(from start: SourceRange) -> SourceRange {
    start.joined(with: previous?.range ?? start)
  }

  /// True where a parenthesis follows a word without a space between.
  func hasParenthesis(after word: Word) -> Bool {
    guard let next = peek(), next.kind == .leftParenthesis else { return false }
    return next.range.lowerBound == word.range.upperBound
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// The error for a lexeme that can't stand where it does.
  func unexpected(_ lexeme: Lexeme) -> Interruption {
    if lexeme.isFaulty || lexeme.isImplied { return .reported }
    return .problem(.unexpected(lexeme, text: source.text(of: lexeme.range), after: previous))
  }
}

/// The stretches of a text that are statements of their own, in order.
package func statementRanges(of source: String, vocabulary: Vocabulary) -> [SourceRange] {
  let lines = LogicalLines(Lexer(source).lexemes, in: SourceFile(source), vocabulary: vocabulary).lines
  return lines.compactMap { line in
    line.first.map { first in first.range.joined(with: line[line.count - 1].range) }
  }
}
