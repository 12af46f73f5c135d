import Language

/// A command to the REPL itself; it isn't part of the language.
struct ColonCommand: Sendable {
  enum Outcome { case stay, leave }

  /// What Tab completes behind the name.
  enum ArgumentKind { case file, statement, other }

  let name: String
  /// What follows the name: "FILE", "[PATTERN]".
  let argument: String?
  let summary: String
  let run: @Sendable (REPL, String) -> Outcome

  static let all: [ColonCommand] = [
    .help, .history, .edit, .load, .save, .stale, .time, .clear, .quit,
  ]

  var argumentKind: ArgumentKind {
    guard let argument else { return .other }
    if argument.contains("FILE") { return .file }
    return argument.contains("STATEMENT") ? .statement : .other
  }

  var usage: String { [":" + name, argument].compactMap { $0 }.joined(separator: " ") }
}

/// A line that starts with a colon, taken apart.
struct ColonLine: Equatable {
  let name: String
  let argument: String
  /// UTF-8 offsets of the name with its colon.
  let nameRange: SourceRange
  /// The UTF-8 offset at which the argument starts.
  let argumentStart: Int

  /// The line starts with a colon.
  init(_ line: String) {
    let words = line.dropFirst().prefix { $0 != " " && $0 != "\n" && $0 != "\t" }
    name = String(words)
    let rest = line.dropFirst(1 + words.count)
    argument = String(rest.trimmingPrefix { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    nameRange = SourceRange(lowerBound: 0, upperBound: 1 + name.utf8.count)
    argumentStart = line.utf8.count - rest.drop { $0.isWhitespace }.utf8.count
  }

  /// The command by its name or by an unambiguous start of it.
  func resolve() -> Result<ColonCommand, Diagnostic> {
    if let command = ColonCommand.all.first(where: { $0.name == name }) { return .success(command) }
    if ["q!", "wq", "x", "exit", "bye"].contains(name) { return .success(.quit) }
    let starting = name.isEmpty ? [] : ColonCommand.all.filter { $0.name.hasPrefix(name) }
    if let only = starting.first, starting.count == 1 { return .success(only) }
    let names = ColonCommand.all.map { ":" + $0.name }
    let near = nearest(to: name, among: ColonCommand.all.map(\.name)).map { ":" + $0 }
    let known = "the commands of this kind are \(names.joined(separator: ", ")); all others have no colon"
    return .failure(
      Diagnostic(
        id: starting.isEmpty ? "unknown-colon-command" : "ambiguous-colon-command",
        message: starting.isEmpty
          ? "there is no command \(quoted(":" + name))"
          : "\(quoted(":" + name)) could be \(starting.map { ":" + $0.name }.joined(separator: " or "))",
        range: nameRange, label: near.map { "did you mean \"\($0)\"?" }, notes: [known], suggestion: near))
  }
}
