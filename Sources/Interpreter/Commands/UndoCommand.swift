import Language
import SessionStore

extension Command {
  static let undo = Command(
    "undo", "take back the last cell that changed the session", examples: ["undo"], effect: .changes
  ) { arguments, scope in
    guard scope.statementCount == 1 else { throw StatementError.undoNotAlone(arguments.verb) }
    return Step { draft, console in
      guard let undone = try draft.store.undo() else { throw SessionError.nothingToUndo(arguments.verb) }
      let lines = undone.cell.split(separator: "\n", omittingEmptySubsequences: true)
      let more = lines.count > 1 ? " …" : ""
      console.text("taken back: \(lines.first ?? "")\(more)")
      return .done
    }
  }
}
