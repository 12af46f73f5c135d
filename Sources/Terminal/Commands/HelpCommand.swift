import Interpreter

extension ColonCommand {
  static let help = ColonCommand(
    name: "help", argument: "[PATTERN]", summary: "this overview, or what of it and of help has the pattern"
  ) { repl, pattern in
    let found = HelpOverview(pattern: pattern)
    let tables = [
      ("command", found.colonCommands), ("key", found.keys),
      ("command", pattern.isEmpty ? [] : found.commands),
    ].filter { !$0.1.isEmpty }
    for (index, (title, rows)) in tables.enumerated() {
      if index > 0 { repl.show(.text("")) }
      repl.show(.table(Table(columns: [.init(title), .init("does")], texts: rows)))
    }
    if pattern.isEmpty {
      repl.show(.text("\nhelp, without colon, lists the commands of the language; qat? tells of one."))
    } else if tables.isEmpty {
      repl.show(.text("nothing in :help or help has \(pattern)"))
    }
    return .stay
  }
}

/// Rows of name and meaning that have a pattern in them: a piece of text in which `*` stands for any other.
package struct HelpOverview {
  package var colonCommands: [[String]]
  package var keys: [[String]]
  /// Commands of the language.
  package var commands: [[String]]

  package init(pattern: String) {
    let search = HistorySearch(pattern: pattern)
    let select = { (rows: [[String]]) in rows.filter { search.matches($0.joined(separator: " ")) } }
    colonCommands = select(ColonCommand.all.map { [$0.usage, $0.summary] } + [Self.question])
    keys = select(Self.allKeys)
    commands = select(Command.all.map { [$0.name, $0.summary] })
  }

  private static let question = ["WORD?", "help on a command or a topic, as help WORD gives it"]

  private static let allKeys = [
    ["Tab", "completes a name, a file or a number, or lists what fits"],
    ["Right", "at the end of the line, takes the hint in grey"],
    ["Up, Down", "earlier cells; with text typed, those that start so"],
    ["Ctrl-R", "searches in them"],
    ["Ctrl-C", "clears the line; stops a running cell at its next step"],
    ["Ctrl-D", "leaves, on an empty line"],
  ]
}
