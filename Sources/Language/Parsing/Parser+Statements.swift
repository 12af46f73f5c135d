extension Parser {
  /// `["time"] [name "="] verb`.
  mutating func readHead() throws(Interruption) -> Statement {
    guard let start = peek() else { throw .reported }
    guard let first = takeWord() else {
      if start.isFaulty { throw .reported }
      throw .problem(.noCommand(at: start, text: source.text(of: start.range)))
    }
    if first.text == "time", vocabulary.knows(verb: first.text), at(.word) {
      var statement = try readHead()
      statement.timing = first
      statement.range = wholeLine(from: start)
      return statement
    }
    guard let equals = takeEquals(after: first) else {
      return Statement(target: nil, verb: first, operands: [], clauses: [], range: wholeLine(from: start))
    }
    if first.text.contains(".") { report(.dottedTarget(first)) }
    if first.text.contains("@") { report(.versionTarget(first)) }
    guard let next = peek() else { throw .problem(.nothingAssigned(to: first, equals.range)) }
    guard let verb = takeWord() else {
      if next.isFaulty || next.kind == .equals { throw unexpected(next) }
      throw .problem(.noCommand(at: next, text: source.text(of: next.range)))
    }
    return Statement(target: first, verb: verb, operands: [], clauses: [], range: wholeLine(from: start))
  }

  private func wholeLine(from start: Lexeme) -> SourceRange {
    start.range.joined(with: lexemes.last?.range ?? start.range)
  }

  /// Takes `=`, and with a report `:` in its place.
  private mutating func takeEquals(after name: Word) -> Lexeme? {
    if let equals = take(.equals) { return equals }
    guard at(.colon), peek(1)?.kind == .word, let colon = take(.colon) else { return nil }
    report(.colonForEquals(colon, after: name))
    return colon
  }

  /// Operands and clauses.
  mutating func readBody(of statement: inout Statement) throws(Interruption) {
    try refuseExpression(in: statement)
    if statement.verb.text == "model" { try readDefinition(into: &statement) }
    let verb = statement.verb
    admitsPatterns = vocabulary.takesPatterns(verb: verb.text)
    while let lexeme = peek(), form(of: lexeme, after: verb) == nil {
      if skipStray(verb: verb) { continue }
      statement.operands.append(try expression())
    }
    admitsPatterns = false
    try readClauses(into: &statement)
  }

  /// Refuses what is no command: `train(resnet18)`, `tiny = conv(16, 3) > relu`.
  private mutating func refuseExpression(in statement: Statement) throws(Interruption) {
    let verb = statement.verb
    let isKnown = vocabulary.knows(verb: verb.text)
    let isCall = hasParenthesis(after: verb)
    guard isCall || (!isKnown && at(.greater)) else { return }
    let end = statement.range.upperBound
    let rest = source.text(of: SourceRange(lowerBound: verb.range.lowerBound, upperBound: end))
    if !isKnown, at(.greater) || statement.target != nil || lexemes.contains(where: { $0.kind == .greater }) {
      throw .problem(.networkWithoutModel(verb, target: statement.target, network: rest))
    }
    let opening = peek()?.range ?? verb.range
    let words = try arguments().map { argument in
      (argument.label.map { $0.text + " " } ?? "") + source.text(of: argument.value.range)
    }
    let start = statement.target.map { $0.text + " = " } ?? ""
    let plain = rest.contains { $0.isNewline } ? nil : start + ([verb.text] + words).joined(separator: " ")
    let edit = plain.map { Edit(range: statement.range, text: $0) }
    throw .problem(.commandWithParentheses(verb, opening, plain: plain, edit: edit))
  }

  /// `NAME = chain` after `model`, whose `=` belongs to the command.
  private mutating func readDefinition(into statement: inout Statement) throws(Interruption) {
    let verb = statement.verb
    guard let first = peek(), first.kind == .word, form(of: first, after: verb) == nil, let next = peek(1)
    else { return }
    let startsNetwork =
      next.kind == .greater
      || (next.kind == .leftParenthesis && next.range.lowerBound == first.range.upperBound)
    if startsNetwork { throw .problem(.networkWithoutName(at: first, network: text(from: first))) }
    if form(of: next, after: verb) != nil { return }
    guard let name = takeWord() else { return }
    if name.text.contains(".") { report(.dottedTarget(name)) }
    if name.text.contains("@") { report(.versionTarget(name)) }
    guard let equals = takeEquals(after: name) else {
      if next.kind != .word { throw unexpected(next) }
      throw .problem(.networkWithoutEquals(name, network: text(from: next)))
    }
    statement.operands.append(.name(name))
    guard let start = peek() else { throw .problem(.noNetwork(name, equals.range)) }
    if start.kind == .greater { throw .problem(.noLayer(beside: start.range, side: "before")) }
    statement.operands.append(.chain(try chain(from: primary())))
    if let extra = peek(), extra.kind != .comma, form(of: extra, after: verb) == nil {
      if extra.kind == .word { throw .problem(.layersNotJoined(at: extra)) }
      throw unexpected(extra)
    }
  }

  /// The program's text from a lexeme to the end of its line.
  private func text(from lexeme: Lexeme) -> Substring {
    let end = lexemes.last?.range.upperBound ?? lexeme.range.upperBound
    return source.text(of: SourceRange(lowerBound: lexeme.range.lowerBound, upperBound: end))
  }

  /// Passes over a comma, `=` or `:` between words that stand side by side, with a report.
  mutating func skipStray(verb: Word) -> Bool {
    guard let stray = peek(), let before = previous else { return false }
    switch stray.kind {
    case .comma:
      position += 1
      if before.kind == .number, let group = peek(), isThousands(group, after: stray, before) {
        position += 1
        let range = before.range.joined(with: group.range)
        report(.thousands(before.text + group.text, range))
      } else {
        report(.strayComma(stray.range))
      }
    case .equals, .colon:
      position += 1
      report(.strayEquals(stray, text: source.text(of: stray.range), between: "the words of a command"))
    case .word, .pattern, .number, .percentage, .string, .greater, .leftParenthesis, .rightParenthesis,
      .leftBracket, .rightBracket, .continuation, .newline, .comment, .invalid:
      return false
    }
    return true
  }

  /// True for `000` in `20,000`.
  func isThousands(_ group: Lexeme, after comma: Lexeme, _ before: Lexeme) -> Bool {
    group.kind == .number && group.text.utf8.count == 3 && group.text.allSatisfy(\.isNumber)
      && before.range.upperBound == comma.range.lowerBound
      && comma.range.upperBound == group.range.lowerBound
  }
}
