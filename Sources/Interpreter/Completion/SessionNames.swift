import Language

/// The names that a session knows at a moment, for an editor that asks at every key.
package struct SessionNames: Sendable {
  /// Oldest first.
  package var models: [ModelEntry]
  /// Networks that cells defined, sorted.
  package var definitions: [String]
  /// Numbers of training runs, the newest first.
  package var runs: [Completion]
  /// Cells that were entered, oldest first, from which numbers in use are taken.
  package var cells: [String]
  /// Versions by their names with numbers, which are offered once an `@` is typed.
  package var versions: [KnownNames.Model] = []
  private(set) var offersVersions = false

  package init(
    models: [ModelEntry] = [], definitions: [String] = [], runs: [Completion] = [], cells: [String] = []
  ) {
    self.models = models
    self.definitions = definitions
    self.runs = runs
    self.cells = cells
  }

  /// What could stand at the UTF-8 offset, and the range that it would replace.
  ///
  /// `files` lists what a path that is started can become.
  package func completions(
    in source: String, at offset: Int, files: (String) -> [Completion] = { _ in [] }
  ) -> (range: Range<Int>, candidates: [Completion]) {
    let place = CompletionPlace(source: source, offset: offset)
    let typed = String(decoding: Array(source.utf8)[place.range], as: UTF8.self)
    if place.context == .path { return (place.range, files(typed)) }
    let lowered = typed.lowercased()
    var names = self
    names.offersVersions = typed.contains("@")
    let candidates = Candidates(names: names).candidates(place.context)
    return (place.range, candidates.filter { $0.text.lowercased().hasPrefix(lowered) })
  }

  /// Numbers that cells gave an option, the newest first, each once.
  func numbers(of option: String, atMost count: Int) -> [String] {
    var numbers: [String] = []
    for cell in cells.reversed() where numbers.count < count && cell.contains(option) {
      let bytes = Array(cell.utf8)
      let tokens = tokenize(cell)
      for (word, value) in zip(tokens, tokens.dropFirst())
      where word.kind == .word && (value.kind == .number || value.kind == .percentage) {
        let text = { (range: SourceRange) in
          String(decoding: bytes[range.lowerBound..<range.upperBound], as: UTF8.self)
        }
        let number = text(value.range)
        if text(word.range) == option, !numbers.contains(number), numbers.count < count {
          numbers.append(number)
        }
      }
    }
    return numbers
  }
}
