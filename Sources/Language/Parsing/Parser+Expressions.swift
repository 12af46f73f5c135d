extension Parser {
  /// A value, or layers with `>` between.
  mutating func expression() throws(Interruption) -> Expression {
    let first = try primary()
    return at(.greater) ? .chain(try chain(from: first)) : first
  }

  mutating func primary() throws(Interruption) -> Expression {
    guard let lexeme = peek() else { throw .reported }
    if lexeme.isFaulty { throw .reported }
    switch lexeme.kind {
    case .word: return try nameOrCall()
    case .pattern where admitsPatterns:
      position += 1
      return .name(Word(text: composed(lexeme.text), range: lexeme.range))
    case .pattern: throw .problem(.strayPattern(lexeme.range, text: lexeme.text))
    case .number:
      position += 1
      return .number(try number(lexeme, text: lexeme.text))
    case .percentage:
      position += 1
      return .percentage(try number(lexeme, text: lexeme.text + "%"))
    case .string:
      position += 1
      return .string(StringLiteral(value: lexeme.text, range: lexeme.range))
    case .leftBracket: return try list()
    case .greater: throw .problem(.noLayer(beside: lexeme.range, side: "before"))
    case .leftParenthesis, .rightParenthesis, .rightBracket, .equals, .comma, .colon, .continuation, .newline,
      .comment, .invalid:
      throw unexpected(lexeme)
    }
  }

  private func number(_ lexeme: Lexeme, text: String) throws(Interruption) -> NumberLiteral {
    guard let value = Double(lexeme.text) else { throw .reported }
    return NumberLiteral(value: value, text: text, range: lexeme.range)
  }

  private mutating func nameOrCall() throws(Interruption) -> Expression {
    guard let name = takeWord() else { throw .reported }
    guard let opening = peek(), opening.kind == .leftParenthesis else { return .name(name) }
    if !hasParenthesis(after: name) {
      let gap = SourceRange(lowerBound: name.range.upperBound, upperBound: opening.range.upperBound)
      report(.spaceBeforeParenthesis(name, opening.range, gap: gap))
    }
    let arguments = try arguments()
    return .call(
      Call(name: name, arguments: arguments, range: range(from: name.range), hasParentheses: true))
  }

  private mutating func list() throws(Interruption) -> Expression {
    guard let opening = peek() else { throw .reported }
    let elements = try elements { parser throws(Interruption) in
      let argument = try parser.argument()
      return argument.label.map { .pair($0, argument.value, argument.range) } ?? argument.value
    }
    return .list(elements, range(from: opening.range))
  }

  /// `(` arguments `)`.
  mutating func arguments() throws(Interruption) -> [Argument] {
    try elements { parser throws(Interruption) in try parser.argument() }
  }

  private mutating func argument() throws(Interruption) -> Argument {
    guard let first = peek() else { throw .reported }
    var label: Word?
    let isName = first.kind == .word || (first.kind == .pattern && admitsPatterns)
    if isName, let separator = peek(1)?.kind, separator == .colon || separator == .equals {
      label = Word(text: composed(first.text), range: first.range)
      position += 2
      if let label, let next = peek(), next.kind == .comma || next.kind.isClosing {
        if next.isImplied { throw .reported }
        throw .problem(.missingArgument(label))
      }
    }
    let value = try expression()
    return Argument(label: label, value: value, range: range(from: first.range))
  }

  /// What stands between two brackets, with commas between and perhaps one at the end.
  private mutating func elements<Element>(
    _ element: (inout Parser) throws(Interruption) -> Element
  ) throws(Interruption) -> [Element] {
    guard let opening = peek(), let closing = opening.kind.closing else { throw .reported }
    guard depth < Self.depthLimit else { throw .problem(.tooDeep(opening.range, limit: Self.depthLimit)) }
    position += 1
    depth += 1
    defer { depth -= 1 }
    var elements: [Element] = []
    while take(closing) == nil {
      guard let next = peek() else { throw .reported }
      if next.kind == .comma { throw .problem(.nothingBeforeComma(next.range)) }
      elements.append(try element(&self))
      if take(.comma) == nil, let next = peek(), next.kind != closing {
        throw notSeparated(at: next)
      }
    }
    return elements
  }

  /// The error for an element that follows another without a comma.
  private func notSeparated(at next: Lexeme) -> Interruption {
    if next.isFaulty || next.isImplied { return .reported }
    switch next.kind {
    case .word, .pattern, .number, .percentage, .string, .leftBracket:
      let text = source.text(of: next.range)
      let value =
        next.kind == .word
        ? peek(1).map { value in
          SourceRange(
            lowerBound: previous?.range.upperBound ?? next.range.lowerBound,
            upperBound: value.range.upperBound)
        } : nil
      return .problem(
        .missingComma(before: next, text: text, labelled: labelledArgument(at: next), value: value))
    case .equals, .comma, .colon, .greater, .leftParenthesis, .rightParenthesis, .rightBracket, .continuation,
      .newline, .comment, .invalid:
      return unexpected(next)
    }
  }

  /// `weight: 0.5` where a word and a number stand side by side: the word is most likely meant as a label.
  private func labelledArgument(at next: Lexeme) -> String? {
    let label = next.kind == .number ? previous : next
    let value = next.kind == .number ? next : peek(1)
    guard let label, let value, label.kind == .word, value.kind == .number,
      label.text.count <= 40
    else { return nil }
    return label.text + ": " + value.text
  }

  /// Layers with `>` between, of which the first is read.
  mutating func chain(from first: Expression) throws(Interruption) -> Chain {
    var layers = [try layer(first)]
    while let separator = take(.greater) {
      guard let next = peek(), !next.isImplied, next.kind != .greater else {
        throw .problem(.noLayer(beside: separator.range, side: "after"))
      }
      layers.append(try layer(primary()))
    }
    return Chain(layers: layers, range: range(from: first.range))
  }

  private func layer(_ expression: Expression) throws(Interruption) -> Call {
    switch expression {
    case .name(let name): return Call(name: name, arguments: [], range: name.range, hasParentheses: false)
    case .call(let call): return call
    case .number, .percentage, .string, .list, .pair, .chain:
      throw .problem(.notALayer(expression.range, text: source.text(of: expression.range)))
    }
  }
}
