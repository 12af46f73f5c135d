import Language

/// The most characters of a name, so that tables and sentences stay readable.
package let longestName = 64

/// Throws where a word can't name a model or a network.
func requireModelName(_ word: Word) throws(StatementError) {
  if word.text.contains(".") { throw .dottedName(word) }
  if word.text.contains("@") { throw .versionedName(word) }
  if word.text.count > longestName { throw .longName(word) }
  if let use = reservedUse(word.text) { throw .reservedName(word, use: use) }
}

/// What a word means where a name could stand: an option of a command that takes names, or a topic of `show`.
private func reservedUse(_ name: String) -> String? {
  if PromptWord(name) != nil { return name }
  if ShowTopic(rawValue: name) != nil { return "show \(name)" }
  return Command.all.first { $0.namesItsResult && $0.keyword(named: name) != nil }
    .map { "\($0.name) … \(name)" }
}

extension Command {
  /// True where the command makes something that the user names.
  var namesItsResult: Bool {
    switch target {
    case .result: true
    case .none: false
    }
  }
}
