import Interpreter
import Language

extension ColonCommand {
  static let time = ColonCommand(
    name: "time", argument: "STATEMENT|on|off",
    summary: "runs a statement and tells how long it took; on does so for every cell"
  ) { repl, argument in
    switch argument {
    case "on", "off":
      repl.timesCells = argument == "on"
      repl.show(
        .note(
          repl.timesCells
            ? "each cell tells how long it took" : "only cells of a second or more tell how long they took"))
    case "":
      repl.show(
        .diagnostic(
          Diagnostic(
            id: "missing-statement", message: ":time needs a statement, or on or off",
            notes: ["try: :time evaluate teacher"])))
    default: repl.execute(argument, isTimed: true)
    }
    return .stay
  }
}
