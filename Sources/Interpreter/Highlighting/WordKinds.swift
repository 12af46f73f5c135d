import Language

/// What the words of a cell are, by their places: statement after statement, so that a name that one makes is
/// known to the next.
struct WordKinds {
  private let candidates: Candidates
  /// Where the text ends: a word there may still grow.
  private let end: Int
  private var kinds: [Int: HighlightKind] = [:]
  /// Places of words that were looked at and have no kind.
  private var plain: Set<Int> = []
  private var made: Set<String> = []
  private let models: Set<String>
  /// What was offered for arguments so far: statements repeat one another.
  private var offers: [CompletionContext: [Completion]] = [:]

  private static let options = Set(Command.all.flatMap(\.keywords).map(\.name))

  init(names: SessionNames, end: Int) {
    candidates = Candidates(names: names)
    models = Set(names.models.map(\.name))
    self.end = end
  }

  /// The kind of the word at an offset; one that the parser made nothing of may be an option all the same.
  func kind(at offset: Int, text: String) -> HighlightKind? {
    if let kind = kinds[offset] { return kind }
    return !plain.contains(offset) && Self.options.contains(text) ? .keyword : nil
  }

  mutating func add(_ statement: Statement) {
    if let timing = statement.timing { mark(timing, .command) }
    if let target = statement.target { mark(target, models.contains(target.text) ? .known : nil) }
    guard let command = Command.named(statement.verb.text) else {
      if statement.isBareName, models.contains(statement.verb.text) || candidates.isLayer(statement.verb.text)
      {
        return mark(statement.verb, .known)
      }
      // A first word may become the name of a result.
      let isBegun = statement.verb.range.upperBound == end && statement.target == nil
      return mark(
        statement.verb, isBegun || grows(statement.verb, into: Command.all.map(\.name)) ? nil : .unknown)
    }
    mark(statement.verb, .command)
    for (place, value) in statement.operands.enumerated() {
      guard let kind = candidates.operand(of: command, at: place)?.kind else { continue }
      add(value, offered: candidates.values(of: kind), isName: kind.isName)
      if case .newName = kind, case .name(let word) = value { made.insert(word.text) }
    }
    for clause in statement.clauses { add(clause, of: command) }
    if let target = statement.target { made.insert(target.text) }
  }

  private mutating func add(_ clause: Clause, of command: Command) {
    guard let keyword = command.keyword(named: clause.keyword.text) else {
      return mark(
        clause.keyword, grows(clause.keyword, into: command.keywords.map(\.name)) ? nil : .unknown)
    }
    mark(clause.keyword, .keyword)
    if let second = clause.keyword.text.split(separator: " ").dropFirst().last {
      kinds[clause.keyword.range.upperBound - second.utf8.count] = .keyword
    }
    switch clause.value {
    case .none: break
    case .value(let value):
      add(value, offered: candidates.values(of: keyword.kind), isName: keyword.kind.isName)
    case .calls(let calls):
      let offered = candidates.values(of: .choice(keyword.kind.choices))
      for call in calls { add(call, offered: offered, within: nil) }
    case .arguments(let call): addArguments(of: call, within: nil)
    }
  }

  private mutating func add(_ value: Expression, offered: [Completion], isName: Bool, within: String? = nil) {
    switch value {
    case .name(let word): add(word, offered: offered, isName: isName)
    case .call(let call): add(call, offered: offered, within: within)
    case .list(let values, _): for one in values { add(one, offered: offered, isName: isName) }
    case .pair(let word, let one, _):
      add(word, offered: offered, isName: false)
      add(one, offered: [], isName: false)
    case .chain(let chain):
      for layer in chain.layers { add(layer, offered: candidates.layerForms, within: nil) }
    case .number, .percentage, .string: break
    }
  }

  private mutating func add(_ call: Call, offered: [Completion], within: String?) {
    add(call.name, offered: offered, isName: false)
    addArguments(of: call, within: within)
  }

  private mutating func addArguments(of call: Call, within enclosing: String?) {
    for (index, argument) in call.arguments.enumerated() {
      let name = call.name.text
      if let word = argument.label {
        let labels = offered(
          .argument(call: name, enclosing: enclosing, index: index, label: nil, own: [], names: []))
        let isLabel = labels.contains { $0.text == word.text + ":" }
        mark(word, candidates.isLayer(word.text) ? .known : isLabel ? .keyword : nil)
      }
      let values = offered(
        .argument(
          call: name, enclosing: enclosing, index: index, label: argument.label?.text, own: [],
          names: []))
      add(argument.value, offered: values, isName: false, within: name)
    }
  }

  private mutating func offered(_ context: CompletionContext) -> [Completion] {
    if let known = offers[context] { return known }
    let offered = candidates.candidates(context)
    offers[context] = offered
    return offered
  }

  /// A word where these are offered; `isName` tells that a name must exist there even if nothing is offered.
  private mutating func add(_ word: Word, offered: [Completion], isName: Bool) {
    let text = word.text
    if made.contains(text) || models.contains(text) || offered.contains(where: { $0.text == text })
      || candidates.isLayer(text)
    {
      return mark(word, .known)
    }
    let isMistake = (isName || !offered.isEmpty) && !grows(word, into: offered.map(\.text))
    mark(word, isMistake ? .unknown : nil)
  }

  private func grows(_ word: Word, into texts: [String]) -> Bool {
    word.range.upperBound == end && texts.contains { $0.hasPrefix(word.text) }
  }

  private mutating func mark(_ word: Word, _ kind: HighlightKind?) {
    kinds[word.range.lowerBound] = kind
    if kind == nil { plain.insert(word.range.lowerBound) }
  }
}

extension ValueKind {
  /// True where only a name that exists can stand.
  fileprivate var isName: Bool {
    if case .model = self { return true }
    if case .network = self { return true }
    return false
  }
}
