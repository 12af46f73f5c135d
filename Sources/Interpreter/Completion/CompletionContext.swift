import Language

/// What can stand at a place of a cell, as the words before it decide.
enum CompletionContext: Hashable {
  /// The start of a command; after `name =` only commands with a result.
  case verb(afterTarget: Bool)
  /// An operand or a keyword: how many operands stand before, the first of them, and which keywords are used.
  case body(verb: String, operands: Int, subject: String?, used: Set<String>)
  /// The value of a keyword.
  case value(verb: String, keyword: String)
  /// A layer of a chain.
  case layer
  /// A call after `with`.
  case clauseCall
  /// An argument of a call: commas before it in the call, and its label where one is written.
  ///
  /// `own` are the words of the call so far, `names` those of the statement, of which some may name models.
  case argument(
    call: String, enclosing: String?, index: Int, label: String?, own: [String], names: [String])
  /// The name of a file, inside its quotes.
  case path
  /// A place where nothing known can stand.
  case nothing
}

/// Finds the context of a UTF-8 offset, and where the word begins that ends there.
struct CompletionPlace {
  private(set) var context: CompletionContext = .verb(afterTarget: false)
  /// Bytes of the word before the cursor; empty between words.
  private(set) var range: Range<Int>

  private struct Word {
    var kind: TokenKind
    var text: String
  }

  init(source: String, offset: Int) {
    let bytes = Array(source.utf8.prefix(max(0, offset)))
    range = bytes.count..<bytes.count
    // A cut inside a character decodes to a replacement character, which is no word.
    let prefix = String(decoding: bytes, as: UTF8.self)
    let tokens = tokenize(prefix)
    if let last = tokens.last, last.range.upperBound >= bytes.count,
      last.kind == .comment || last.kind == .string
    {
      context = .nothing
      if last.kind == .string { readPath(last, Self.statement(tokens.dropLast(), bytes), bytes) }
      return
    }
    var words = Self.statement(tokens, bytes)
    if let start = Self.startedPath(tokens, bytes) {
      range = start..<bytes.count
      words.removeLast(2)
    } else if let last = tokens.last, last.kind == .word || last.kind == .number || last.kind == .percentage,
      last.range.upperBound == bytes.count
    {
      range = last.range.lowerBound..<last.range.upperBound
      words.removeLast()
      if last.kind != .word {
        context = .nothing
        return
      }
    }
    context = Self.context(of: words)
  }

  /// Where a name starts whose last part is still missing: `student.` or `student@`, whose sign is no token of a name yet.
  private static func startedPath(_ tokens: [Token], _ bytes: [UInt8]) -> Int? {
    guard let dot = tokens.last, dot.kind == .invalid,
      dot.range == SourceRange(bytes.count - 1..<bytes.count),
      bytes.last == UInt8(ascii: ".") || bytes.last == UInt8(ascii: "@"), let name = tokens.dropLast().last,
      name.kind == .word,
      name.range.upperBound == dot.range.lowerBound
    else { return nil }
    return name.range.lowerBound
  }

  /// A string that is open where text is taken: no option and no operand takes other text than a path.
  private mutating func readPath(_ string: Token, _ words: [Word], _ bytes: [UInt8]) {
    let start = string.range.lowerBound + 1
    guard start <= bytes.count, !bytes[start...].contains(UInt8(ascii: "\"")),
      Self.takesPath(Self.context(of: words))
    else { return }
    context = .path
    range = start..<bytes.count
  }

  private static func takesPath(_ context: CompletionContext) -> Bool {
    switch context {
    case .value(let verb, let name): Command.named(verb)?.keyword(named: name)?.kind.isPath ?? false
    case .body(let verb, let operands, _, let used):
      used.isEmpty
        && Command.named(verb)?.operands.dropFirst(operands).first?.kind.isPath ?? false
    case .verb, .layer, .clauseCall, .argument, .path, .nothing: false
    }
  }

  /// The tokens of the statement that the text ends in.
  private static func statement(_ tokens: some Sequence<Token>, _ bytes: [UInt8]) -> [Word] {
    var words: [Word] = []
    var depth = 0
    var joinsNext = false
    for token in tokens {
      switch token.kind {
      case .comment: continue
      case .continuation:
        joinsNext = true
        continue
      case .newline:
        let goesOn = joinsNext || depth > 0 || words.last?.kind == .comma || words.last?.kind == .greater
        joinsNext = false
        if !goesOn { words = [] }
        continue
      case .leftParenthesis, .leftBracket: depth += 1
      case .rightParenthesis, .rightBracket: depth = max(0, depth - 1)
      case .word, .pattern, .number, .percentage, .string, .equals, .comma, .colon, .greater, .invalid: break
      }
      let lower = min(token.range.lowerBound, bytes.count)
      let upper = min(max(token.range.upperBound, lower), bytes.count)
      words.append(Word(kind: token.kind, text: String(decoding: bytes[lower..<upper], as: UTF8.self)))
    }
    return words
  }

  private static func context(of words: [Word]) -> CompletionContext {
    var rest = words[...]
    var afterTarget = false
    while let first = rest.first, first.kind == .word, first.text == Command.time.name,
      rest.dropFirst().first?.kind != .equals
    {
      rest.removeFirst()
    }
    if rest.count >= 2, rest.first?.kind == .word, rest.dropFirst().first?.kind == .equals {
      rest = rest.dropFirst(2)
      afterTarget = true
    }
    guard let verb = rest.popFirst() else { return .verb(afterTarget: afterTarget) }
    guard let command = Command.named(verb.text) else { return .nothing }
    if let argument = argument(in: rest) { return argument }
    if command.takesChain {
      return rest.last?.kind == .equals || rest.last?.kind == .greater ? .layer : .nothing
    }
    return body(of: command, rest)
  }

  /// The call that is open at the end, if one is.
  private static func argument(in words: ArraySlice<Word>) -> CompletionContext? {
    var open: [OpenCall] = []
    var previous: Word?
    for word in words {
      switch word.kind {
      case .leftParenthesis, .leftBracket:
        if !open.isEmpty { open[open.count - 1].isFilled = true }
        open.append(OpenCall(name: previous?.kind == .word ? previous?.text ?? "" : ""))
      case .rightParenthesis, .rightBracket: _ = open.popLast()
      case .comma:
        if let last = open.popLast() {
          open.append(OpenCall(name: last.name, index: last.index + 1, own: last.own))
        }
      case .colon, .equals:
        if let last = open.popLast() {
          open.append(OpenCall(name: last.name, index: last.index, label: previous?.text, own: last.own))
        }
      case .word, .pattern, .number, .percentage, .string, .greater, .continuation, .newline, .comment,
        .invalid:
        if !open.isEmpty {
          open[open.count - 1].isFilled = true
          open[open.count - 1].own.append(word.text)
        }
      }
      previous = word
    }
    guard let last = open.last else { return nil }
    if last.isFilled { return .nothing }
    return .argument(
      call: last.name, enclosing: open.dropLast().last?.name, index: last.index, label: last.label,
      own: last.own, names: words.filter { $0.kind == .word }.map(\.text))
  }

  /// A call of which the closing parenthesis isn't typed yet.
  private struct OpenCall {
    var name: String
    /// Commas so far.
    var index = 0
    /// Of the argument that is typed.
    var label: String?
    /// True where that argument has its value.
    var isFilled = false
    /// Words of its arguments so far.
    var own: [String] = []
  }

  private static func body(of command: Command, _ words: ArraySlice<Word>) -> CompletionContext {
    var operands = 0
    var subject: String?
    var used: Set<String> = []
    var rest = words
    while let word = rest.popFirst() {
      if word.kind == .word, let next = rest.first,
        let joined = command.keyword(named: word.text + " " + next.text)
      {
        rest.removeFirst()
        used.insert(joined.name)
        continue
      }
      guard word.kind == .word, let keyword = command.keyword(named: word.text) else {
        if used.isEmpty, word.kind != .comma {
          if operands == 0 { subject = word.text }
          operands += 1
        }
        continue
      }
      used.insert(keyword.name)
      switch keyword.form {
      case .flag: break
      case .arguments: skipArguments(&rest)
      case .valueOrArguments where rest.first?.kind == .leftParenthesis: skipArguments(&rest)
      case .value, .valueOrArguments:
        if rest.isEmpty { return .value(verb: command.name, keyword: keyword.name) }
        rest.removeFirst()
      case .values:
        if rest.isEmpty { return .value(verb: command.name, keyword: keyword.name) }
        skipValues(&rest)
      case .calls:
        if rest.isEmpty { return .clauseCall }
        skipCalls(&rest)
        if rest.isEmpty, words.last?.kind == .comma { return .clauseCall }
      }
    }
    return .body(verb: command.name, operands: operands, subject: subject, used: used)
  }

  /// Passes over values with commas between, and a comma at the end.
  private static func skipValues(_ words: inout ArraySlice<Word>) {
    words.removeFirst()
    while words.first?.kind == .comma { words = words.dropFirst(2) }
  }

  /// Passes over what stands in parentheses.
  private static func skipArguments(_ words: inout ArraySlice<Word>) {
    var depth = 0
    while let word = words.first {
      if word.kind == .leftParenthesis || word.kind == .leftBracket { depth += 1 }
      if word.kind == .rightParenthesis || word.kind == .rightBracket { depth -= 1 }
      guard depth > 0 || word.kind == .rightParenthesis else { return }
      words.removeFirst()
    }
  }

  /// Passes over calls with commas between, and a comma at the end.
  private static func skipCalls(_ words: inout ArraySlice<Word>) {
    repeat {
      guard words.popFirst()?.kind == .word, words.first?.kind == .leftParenthesis else { return }
      skipArguments(&words)
      guard words.first?.kind == .comma else { return }
      words.removeFirst()
    } while !words.isEmpty
  }
}

extension ValueKind {
  /// True where text in quotation marks is a path.
  fileprivate var isPath: Bool {
    switch self {
    case .text: true
    case .either(let kinds):
      kinds.contains { if case .choice = $0 { true } else { false } } && kinds.contains(where: \.isPath)
    default: false
    }
  }
}
