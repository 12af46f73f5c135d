import Glibc
import Interpreter
import Language

extension ColonCommand {
  static let edit = ColonCommand(
    name: "edit", argument: "[N]",
    summary: "edits the last cell, or cell N of :history, with $VISUAL or $EDITOR; it comes back to be run"
  ) { repl, argument in
    switch cell(argument, repl) {
    case .success(let cell): edit(cell, repl)
    case .failure(let diagnostic): repl.show(.diagnostic(diagnostic))
    }
    return .stay
  }

  private static func cell(_ argument: String, _ repl: REPL) -> Result<String, Diagnostic> {
    let cells = repl.interpreter.history(limit: HistorySearch.reach)
    guard !argument.isEmpty else { return .success(cells.last ?? "") }
    if let number = Int(argument), cells.indices.contains(number - 1) { return .success(cells[number - 1]) }
    return .failure(
      Diagnostic(
        id: "no-such-cell", message: "there is no cell \(quoted(argument))",
        notes: [
          cells.isEmpty
            ? "no cells are kept yet; :edit alone starts with an empty one"
            : "cells have the numbers 1 to \(cells.count), as :history shows them"
        ]))
  }

  private static func edit(_ cell: String, _ repl: REPL) {
    switch ExternalEditor(environment: environmentVariable).edit(cell) {
    case .success(let text):
      let text = String(text.reversed().drop { $0.isNewline }.reversed())
      repl.next = printable(text, keepsNewlines: true)
    case .failure(let problem):
      repl.show(
        .diagnostic(Diagnostic(id: "not-edited", message: problem.message, notes: problem.notes)))
    }
  }
}
