extension Parser {
  /// What follows a lexeme where it is a keyword of the verb, or the first of a keyword's two words.
  func form(of lexeme: Lexeme, after verb: Word) -> Vocabulary.KeywordForm? {
    guard lexeme.kind == .word else { return nil }
    if peek()?.range == lexeme.range, let joined = joinedKeyword(after: verb) { return joined.form }
    return vocabulary.form(of: lexeme.text, after: verb.text)
  }

  /// Clauses up to the end of the statement.
  mutating func readClauses(into statement: inout Statement) throws(Interruption) {
    let verb = statement.verb
    while let lexeme = peek() {
      if try readLateOperands(into: &statement) { continue }
      if let form = form(of: lexeme, after: verb), let keyword = takeKeyword(after: verb) {
        if let earlier = statement.clauses.first(where: { $0.keyword.text == keyword.text }) {
          report(.repeatedOption(keyword, earlier: source.text(of: earlier.range)))
        }
        statement.clauses.append(try clause(keyword, form, verb: verb))
      } else if !skipStray(verb: verb) {
        try readLeftover(into: &statement)
      }
    }
  }

  /// Takes operands that stand behind options, where there were none before these: `train epochs 3 resnet18`.
  ///
  /// A word there could also be a misspelled option: it is none where nothing, or an option, follows it, and no option
  /// is called like it.
  private mutating func readLateOperands(into statement: inout Statement) throws(Interruption) -> Bool {
    let verb = statement.verb
    guard statement.operands.isEmpty, !statement.clauses.isEmpty, vocabulary.takesOperands(verb: verb.text)
    else { return false }
    var end = position
    while end < lexemes.count, [.word, .number, .string].contains(lexemes[end].kind), !lexemes[end].isFaulty,
      form(of: lexemes[end], after: verb) == nil
    { end += 1 }
    guard end > position, end == lexemes.count || form(of: lexemes[end], after: verb) != nil else {
      return false
    }
    let first = lexemes[position]
    if first.kind == .word {
      guard nearest(to: first.text, among: vocabulary.keywords(of: verb.text)) == nil else { return false }
      // A word and a number look like an option that doesn't exist.
      guard end == position + 1 || lexemes[position + 1].kind == .word else { return false }
    }
    while position < end { statement.operands.append(try expression()) }
    return true
  }

  private mutating func clause(
    _ keyword: Word, _ form: Vocabulary.KeywordForm, verb: Word
  ) throws(Interruption) -> Clause {
    let value: Clause.Value =
      switch form {
      case .flag: try refuseValue(of: keyword)
      case .value: try value(of: keyword, verb: verb).map { .value($0) } ?? .none
      case .values: try values(of: keyword, verb: verb).map { .value($0) } ?? .none
      case .calls: .calls(try calls(of: keyword, verb: verb))
      case .arguments: try ownArguments(of: keyword, verb: verb)
      case .valueOrArguments:
        at(.leftParenthesis)
          ? try ownArguments(of: keyword, verb: verb)
          : try valueOrPattern(of: keyword, verb: verb).map { .value($0) } ?? .none
      }
    return Clause(keyword: keyword, value: value, range: range(from: keyword.range))
  }

  /// Refuses `augment=true`.
  private mutating func refuseValue(of keyword: Word) throws(Interruption) -> Clause.Value {
    guard let separator = take(.equals) ?? take(.colon) else { return .none }
    let value = isAtEnd ? nil : try expression()
    report(.flagWithValue(keyword, value.map { separator.range.joined(with: $0.range) } ?? separator.range))
    return .none
  }

  /// The value after a keyword that takes layers, whose names may be patterns: `freeze layer1.*`.
  private mutating func valueOrPattern(of keyword: Word, verb: Word) throws(Interruption) -> Expression? {
    admitsPatterns = true
    defer { admitsPatterns = false }
    return try value(of: keyword, verb: verb)
  }

  /// The value after a keyword; nil, with a report, where there is none.
  private mutating func value(of keyword: Word, verb: Word) throws(Interruption) -> Expression? {
    passSeparator()
    guard let next = peek(), form(of: next, after: verb) == nil, next.kind != .comma else {
      report(.missingValue(of: keyword))
      return nil
    }
    guard let opening = take(.leftParenthesis) else { return try listed(expression()) }
    let value = try expression()
    let closing = take(.rightParenthesis)
    let edit = closing.map {
      Edit(range: opening.range.joined(with: $0.range), text: " " + source.text(of: value.range))
    }
    report(.valueInParentheses(of: keyword, opening.range, edit: edit))
    guard closing != nil else { throw .reported }
    return value
  }

  /// Passes over `=` or `:` between an option and its value: `epochs=3` is `epochs 3`.
  private mutating func passSeparator() {
    if take(.equals) == nil { _ = take(.colon) }
  }

  /// A number with those that commas join to it, `1e-4, 3e-4`, as a list; any other value as it is.
  private mutating func listed(_ first: Expression) throws(Interruption) -> Expression {
    var numbers = [first]
    while case .number = first, at(.comma), let next = peek(1), next.kind == .number, !next.isFaulty {
      if let comma = peek(), next.text == "000", let before = previous,
        isThousands(next, after: comma, before)
      {
        position += 2
        report(.thousands(before.text + next.text, before.range.joined(with: next.range)))
        break
      }
      position += 1
      numbers.append(try primary())
    }
    let last = numbers[numbers.count - 1]
    return numbers.count == 1 ? first : .list(numbers, first.range.joined(with: last.range))
  }

  /// Values with commas between, as a list; nil, with a report, where there is none.
  private mutating func values(of keyword: Word, verb: Word) throws(Interruption) -> Expression? {
    passSeparator()
    guard let next = peek(), form(of: next, after: verb) == nil, next.kind != .comma else {
      report(.missingValue(of: keyword))
      return nil
    }
    let first = try expression()
    if case .list = first { return first }
    var values = [first]
    while let comma = take(.comma) {
      guard let next = peek(), !next.isFaulty else {
        report(.nothingAfterComma(comma.range))
        break
      }
      // The option may stand before each value: `run 3, run 5`.
      if next.kind == .word, next.text == keyword.text, peek(1)?.kind == .number { position += 1 }
      // After a comma a word is a value, whatever option has its name.
      values.append(try expression())
    }
    return .list(values, first.range.joined(with: values[values.count - 1].range))
  }

  /// The arguments of `keep(conv1, fc)`; without parentheses what follows is passed over, with a report.
  private mutating func ownArguments(of keyword: Word, verb: Word) throws(Interruption) -> Clause.Value {
    guard let opening = peek(), opening.kind == .leftParenthesis else {
      let start = position
      while let next = peek(), [.word, .pattern, .number, .percentage].contains(next.kind),
        form(of: next, after: verb) == nil
      {
        position += 1
        if let comma = peek(), comma.kind == .comma { position += 1 }
      }
      let words = lexemes[start..<position].filter { $0.kind != .comma }
      report(
        .missingParentheses(
          of: keyword, around: words.map { source.text(of: $0.range) }, range(from: keyword.range)))
      return .none
    }
    if !hasParenthesis(after: keyword) {
      let gap = SourceRange(lowerBound: keyword.range.upperBound, upperBound: opening.range.upperBound)
      report(.spaceBeforeParenthesis(keyword, opening.range, gap: gap))
    }
    admitsPatterns = true
    defer { admitsPatterns = false }
    let arguments = try arguments()
    return .arguments(
      Call(name: keyword, arguments: arguments, range: range(from: keyword.range), hasParentheses: true))
  }

  /// Calls with commas between, at least one.
  private mutating func calls(of keyword: Word, verb: Word) throws(Interruption) -> [Call] {
    passSeparator()
    var calls: [Call] = []
    var comma: Lexeme?
    repeat {
      guard let next = peek(), form(of: next, after: verb) == nil else {
        report(comma.map { .nothingAfterComma($0.range) } ?? .missingCall(of: keyword))
        break
      }
      calls.append(try call(after: keyword))
      comma = take(.comma)
    } while comma != nil
    return calls
  }

  private mutating func call(after keyword: Word) throws(Interruption) -> Call {
    let value = try primary()
    switch value {
    case .name(let name): return Call(name: name, arguments: [], range: name.range, hasParentheses: false)
    case .call(let call): return call
    case .number, .percentage, .string, .list, .pair, .chain:
      throw .problem(.notACall(value.range, text: source.text(of: value.range), after: keyword))
    }
  }

  /// What is no clause after a clause: a misspelled option with its value, or a value too many.
  private mutating func readLeftover(into statement: inout Statement) throws(Interruption) {
    let verb = statement.verb
    guard vocabulary.knows(verb: verb.text) else {
      // What a command that doesn't exist could take is unknown.
      statement.operands.append(try expression())
      return
    }
    guard let clause = statement.clauses.last, let first = peek() else { throw .reported }
    if case .none = clause.value, vocabulary.form(of: clause.keyword.text, after: verb.text) == .flag,
      first.kind != .word || ["on", "off", "true", "false", "yes", "no"].contains(first.text)
    {
      let value = try expression()
      report(.flagWithValue(clause.keyword, value.range))
    } else if case .calls = clause.value, first.kind == .word, peek(1)?.kind == .leftParenthesis {
      throw .problem(.callsNotSeparated(at: first))
    } else if first.kind == .word {
      position += 1
      report(.unknownOption(first, verb: verb, known: vocabulary.keywords(of: verb.text)))
      if take(.equals) == nil { _ = take(.colon) }
      if let next = peek(), next.kind != .comma, form(of: next, after: verb) == nil {
        _ = try expressionOrCall()
      }
    } else {
      // Several numbers for an option have commas between.
      let end = previous?.range.upperBound ?? first.range.lowerBound
      let edit =
        first.kind == .number ? Edit(range: SourceRange(lowerBound: end, upperBound: end), text: ",") : nil
      let value = try expression()
      report(
        .valueTooMany(value.range, text: source.text(of: value.range), after: clause.keyword, edit: edit))
    }
  }

  /// The value of an unknown option, also `epoch(3)`.
  private mutating func expressionOrCall() throws(Interruption) -> Expression? {
    guard at(.leftParenthesis) else { return try expression() }
    _ = try arguments()
    return nil
  }
}
