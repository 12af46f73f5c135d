import Language

/// Finds for each mistake of a cell what to write instead, and shows nothing that would not do in this session.
struct Mender {
  /// Bytes of a cell beyond which nothing is tried.
  static let longestCell = 4_000

  let source: SourceFile
  /// What stands against a text in the session; empty where nothing does.
  let problems: (String) -> [Diagnostic]
  let moves: Moves

  /// So many texts are tried for a statement: enough for three slips in one, and too few to be felt.
  private static let mostTrials = 90
  private static let mostSteps = 4

  /// How a statement is written right.
  private struct Mending {
    var text: String
    /// Its mistakes' own suggestions, at their places, are all that changes.
    var isBySuggestions: Bool
  }

  /// The same diagnostics, with what was tried and does; mistakes that no words mend stay as they are but for remedies
  /// that would not do.
  func mended(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var result = diagnostics.map(enriched)
    let statements = statementRanges(of: source.text, vocabulary: Command.vocabulary)
    var before = ""
    var whole = ""
    var end = 0
    var isWhole = true
    var fixed: Set<Int> = []
    for place in places(statements, result) {
      let indices = result.indices.filter { place.contains(result[$0]) && result[$0].severity == .error }
      let text = String(source.text(of: place.range))
      whole += source.text(of: SourceRange(lowerBound: end, upperBound: place.range.lowerBound))
      end = place.range.upperBound
      guard !indices.isEmpty else {
        if place.isStatement { before += text + "\n" }
        whole += text
        continue
      }
      let slips = indices.map { result[$0] }
      if slips.allSatisfy(Cell.isOfWords), let mending = mend(text, at: place.range, slips, after: before) {
        for index in indices {
          result[index] = shown(result[index], mending, isFirst: index == indices[0])
        }
        if !mending.isBySuggestions || indices.count > 1 { fixed.formUnion(indices) }
        before += mending.text + "\n"
        whole += mending.text
      } else {
        for index in indices { result[index] = withoutVainRemedies(result[index]) }
        isWhole = isWhole && slips.allSatisfy { !Cell.isOfWords($0) }
        whole += text
      }
    }
    whole += source.text(of: SourceRange(lowerBound: end, upperBound: source.text.utf8.count))
    let several = result.indices.filter { result[$0].severity == .error }.count > 1
    if isWhole, problems(whole).isEmpty {
      for index in result.indices where fixed.contains(index) || (several && result[index].suggestion != nil)
      {
        result[index].cell = whole
      }
    }
    return result
  }
}

// Where the mistakes are.
extension Mender {
  private struct Place {
    var range: SourceRange
    var isStatement: Bool

    func contains(_ diagnostic: Diagnostic) -> Bool {
      guard let marked = diagnostic.range else { return false }
      return marked.lowerBound >= range.lowerBound
        && marked.lowerBound < max(range.upperBound, range.lowerBound + 1)
    }
  }

  /// The statements, each up to where its marks reach, and marks that lie in none.
  private func places(_ statements: [SourceRange], _ diagnostics: [Diagnostic]) -> [Place] {
    var places = statements.map { Place(range: $0, isStatement: true) }
    for range in diagnostics.compactMap(\.range) {
      let holder = places.firstIndex { $0.contains(Diagnostic(id: "", message: "", range: range)) }
      if let holder {
        places[holder].range = places[holder].range.joined(with: range)
        continue
      }
      let line = source.position(of: range.lowerBound).line
      let same = places.firstIndex {
        source.position(of: max($0.range.lowerBound, $0.range.upperBound - 1)).line == line
      }
      if let same {
        places[same].range = places[same].range.joined(with: range)
      } else {
        places.append(Place(range: range, isStatement: false))
      }
    }
    return places.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// With what the table of synonyms has for an option that the parser does not know.
  private func enriched(_ diagnostic: Diagnostic) -> Diagnostic {
    if diagnostic.suggestion == nil, let edit = diagnostic.edit, edit.range == diagnostic.range {
      var diagnostic = diagnostic
      (diagnostic.suggestion, diagnostic.edit) = (edit.text, nil)
      return diagnostic
    }
    if diagnostic.id == "unknown-clause", let range = diagnostic.range,
      moves.isLoss(String(source.text(of: range)))
    {
      var diagnostic = diagnostic
      (diagnostic.suggestion, diagnostic.label) = (nil, nil)
      return diagnostic
    }
    guard diagnostic.id == "unknown-option", let range = diagnostic.range,
      let verb = verb(before: range), let command = Command.named(verb),
      let option = Synonyms.name(for: String(source.text(of: range)), among: command.keywords.map(\.name)),
      option != diagnostic.suggestion
    else { return diagnostic }
    var diagnostic = diagnostic
    (diagnostic.suggestion, diagnostic.label, diagnostic.notes) = (
      option, "did you mean \(quoted(option))?", []
    )
    return diagnostic
  }

  private func verb(before range: SourceRange) -> String? {
    let statement = statementRanges(of: source.text, vocabulary: Command.vocabulary).last {
      $0.lowerBound <= range.lowerBound
    }
    return statement.flatMap { Sentence(String(source.text(of: $0)))?.verb }
  }
}

// The search.
extension Mender {
  private func mend(
    _ text: String, at place: SourceRange, _ slips: [Diagnostic], after before: String
  ) -> Mending? {
    let own = slips.map { shifted($0, by: -place.lowerBound) }
    // What is known of a phrase says more than how its words are spelled.
    for phrase in Sentence(text).map(moves.phrases) ?? [] where problems(before + phrase.text).isEmpty {
      return Mending(text: phrase.text, isBySuggestions: false)
    }
    if own.allSatisfy({ $0.suggestion != nil }), let changed = applied(own, to: text, byEdits: false),
      problems(before + changed).isEmpty
    {
      return Mending(text: changed, isBySuggestions: true)
    }
    var tried: Set<String> = [text]
    var level = [(text: text, slips: own)]
    for _ in 0..<Self.mostSteps {
      var next: [(text: String, slips: [Diagnostic])] = []
      for (text, slips) in level {
        for candidate in candidates(text, slips) where tried.insert(candidate).inserted {
          guard tried.count <= Self.mostTrials else { return nil }
          let left = problems(before + candidate)
          if left.isEmpty { return Mending(text: candidate, isBySuggestions: false) }
          let start = before.utf8.count
          let inside = left.map { shifted($0, by: -start) }
          // A mistake in what stands before is none of this statement's.
          guard inside.allSatisfy({ ($0.range?.lowerBound ?? 0) >= 0 }) else { return nil }
          next.append((candidate, inside))
        }
      }
      level = next
    }
    return nil
  }

  private func shifted(_ diagnostic: Diagnostic, by offset: Int) -> Diagnostic {
    func moved(_ range: SourceRange) -> SourceRange {
      SourceRange(lowerBound: range.lowerBound + offset, upperBound: range.upperBound + offset)
    }
    var diagnostic = diagnostic
    diagnostic.range = diagnostic.range.map(moved)
    diagnostic.edit = diagnostic.edit.map { Edit(range: moved($0.range), text: $0.text) }
    return diagnostic
  }

  /// What one change makes of a statement, the likeliest first: what its mistakes suggest, then habits.
  private func candidates(_ text: String, _ slips: [Diagnostic]) -> [String] {
    var found: [String] = []
    if let changed = applied(slips, to: text, byEdits: true) { found.append(changed) }
    for slip in slips {
      for note in slip.notes where note.hasPrefix("try: ") {
        let cell = String(note.dropFirst(5))
        let isKept = slip.id != "missing-operand" && slip.id != "name-missing"
        if isKept, Sentence(cell)?.command != nil, sharesWords(cell, text) { found.append(cell) }
      }
    }
    let synonym = slips.compactMap { $0.suggestion == nil ? nil : applied([$0], to: text, byEdits: false) }
    if let sentence = Sentence(text) { found += moves.next(sentence).map(\.text) }
    return found + synonym
  }

  /// True where a remedy has what was written in it, and isn't only an example.
  private func sharesWords(_ cell: String, _ text: String) -> Bool {
    let verbs = Set(Command.all.map(\.name))
    func words(_ text: String) -> [String] {
      (Sentence(text).map { [$0.target].compactMap { $0 } + $0.words } ?? []).map(\.text)
    }
    let meant = Set(words(cell))
    return words(text).allSatisfy { meant.contains($0) || verbs.contains($0) || $0 == "=" }
  }

  /// The text with the mistakes' suggestions in place, from the last to the first; nil where there is none.
  private func applied(_ slips: [Diagnostic], to text: String, byEdits: Bool) -> String? {
    var edits = slips.compactMap { slip -> Edit? in
      if byEdits, let edit = slip.edit { return edit }
      guard let range = slip.range, let suggestion = slip.suggestion else { return nil }
      return Edit(range: range, text: suggestion)
    }
    guard !edits.isEmpty else { return nil }
    edits.sort { $0.range.lowerBound > $1.range.lowerBound }
    var bytes = Array(text.utf8)
    var limit = bytes.count
    for edit in edits {
      let (lower, upper) = (edit.range.lowerBound, edit.range.upperBound)
      guard lower >= 0, lower <= upper, upper <= limit else { continue }
      bytes.replaceSubrange(lower..<upper, with: Array(edit.text.utf8))
      limit = lower
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// What is shown.
extension Mender {
  private static let lists = [
    "try: ", "commands: ", "options of ", "its form is", "choices: ", "models: ", "topics: ", "losses: ",
    "networks: ",
    "arguments: ", "clauses: ", "its layers: ", "a line begins with a command", "there is none yet",
    "name a ",
  ]

  /// A diagnostic with the statement to write, where its own suggestion is not all of it.
  private func shown(_ slip: Diagnostic, _ mending: Mending, isFirst: Bool) -> Diagnostic {
    guard !mending.isBySuggestions else { return slip }
    var slip = slip
    slip.notes.removeAll { note in Self.lists.contains { note.hasPrefix($0) } }
    if slip.suggestion != nil, slip.label?.hasPrefix("did you mean") == true { slip.label = nil }
    slip.suggestion = nil
    if isFirst {
      slip.notes.insert("try: " + mending.text.split(separator: "\n").joined(separator: "\n       "), at: 0)
    }
    return slip
  }

  /// Without what would not do here: nothing takes the place of what is wrong, and cells that can't run aren't named.
  private func withoutVainRemedies(_ slip: Diagnostic) -> Diagnostic {
    guard Cell.isOfWords(slip) else { return slip }
    var slip = slip
    if slip.suggestion != nil {
      if slip.label?.hasPrefix("did you mean") == true || slip.label?.hasPrefix("write ") == true {
        slip.label = nil
      }
      slip.suggestion = nil
    }
    slip.notes = slip.notes.compactMap { note in
      guard note.hasPrefix("try: ") else { return note }
      let cell = String(note.dropFirst(5))
      return Sentence(cell)?.command != nil && problems(cell).isEmpty ? note : nil
    }
    if slip.notes.isEmpty, slip.label == nil { slip.notes = [helpNote(slip)] }
    return slip
  }

  private func helpNote(_ slip: Diagnostic) -> String {
    let verb = slip.range.flatMap(verb(before:)).flatMap(Command.named)
    return verb.map { "try: help \($0.name)" } ?? "try: help"
  }
}
