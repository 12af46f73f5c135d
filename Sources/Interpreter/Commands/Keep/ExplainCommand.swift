import Language

extension Command {
  static let explain = Command(
    "explain", "tell what a term of quantization or distillation means, on one screen",
    operands: [
      Operand("a topic", .topic(Topic.all.map { Choice($0.name, $0.line) }, besides: .nothing), .many)
    ],
    examples: ["explain scale", "explain", "explain straight-through-estimator"],
    footprint: { _, _ in .nothing }
  ) { arguments, _ in
    guard let word = writtenTopic(arguments) else {
      return Plan { _, console in
        console.put(.table(topicTable()))
        console.note("explain TOPIC shows one of them, with a cell to try")
        return .done
      }
    }
    guard let topic = Topic.named(word.text) else { throw unknown(word) }
    return Plan { _, console in
      console.explain(topic)
      return .done
    }
  }
}

/// What was written after `explain`; several words are one name: "batch norm folding".
private func writtenTopic(_ arguments: Arguments) -> Word? {
  let words = arguments.operands.indices.compactMap { arguments.word(at: $0) }
  guard let first = words.first, let last = words.last else { return nil }
  return Word(
    text: words.map(\.text).joined(separator: "-"), range: first.range.joined(with: last.range))
}

/// The topic whose name, or part of a name, comes nearest; else all of them, by `explain`.
private func unknown(_ word: Word) -> StatementError {
  let names = Topic.all.map(\.name)
  let written = word.text.lowercased()
  let aliases = Topic.all.flatMap(\.aliases)
  let holding = names.filter { $0.contains(written) || written.contains($0) }
  let like = Synonyms.topic(for: written, among: names + aliases).flatMap { Topic.named($0)?.name }
  let near = like ?? nearName(written, names) ?? holding.first
  let owner = near ?? nearName(written, aliases).flatMap { Topic.named($0)?.name }
  return .unexplained(word, suggestion: owner)
}

private func topicTable() -> Table {
  Table(
    columns: [Table.Column("about"), Table.Column("topics")],
    texts: TopicGroup.all.map { [$0.title, $0.topics.map(\.name).joined(separator: ", ")] })
}

extension Console {
  fileprivate func explain(_ topic: Topic) {
    let also = topic.aliases.isEmpty ? "" : " (also: " + topic.aliases.prefix(3).joined(separator: ", ") + ")"
    text("\(topic.name)\(also)\n\(topic.summary)")
    text("\n" + indented(topic.formula))
    drawing("\n" + indented(topic.picture) + "\n")
    text("trap: \(topic.trap)")
    let lines = topic.example.split(separator: "\n").map(String.init)
    text("try: " + lines.joined(separator: "\n     "))
    note("see also: \(topic.related.joined(separator: ", "))")
    note("source: \(topic.source)")
  }
}

private func indented(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }
    .joined(separator: "\n")
}
