import Interpreter

extension ColonCommand {
  static let help = ColonCommand(name: "help", argument: nil, summary: "this overview") { repl, _ in
    let commands = Table(
      columns: [.init("command"), .init("does")], rows: ColonCommand.all.map { [$0.usage, $0.summary] })
    let keys = Table(
      columns: [.init("key"), .init("does")],
      rows: [
        ["Tab", "completes a name, or lists what fits"],
        ["Up, Down", "earlier cells"],
        ["Ctrl-R", "searches in them"],
        ["Ctrl-C", "clears the line; stops a running cell at its next step"],
        ["Ctrl-D", "leaves, on an empty line"],
      ])
    repl.show(.table(commands))
    repl.show(.text(""))
    repl.show(.table(keys))
    repl.show(.text("\nhelp, without colon, lists the commands of the language."))
    return .stay
  }
}
