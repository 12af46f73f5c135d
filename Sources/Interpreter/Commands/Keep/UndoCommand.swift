import Language
import SessionStore

extension Command {
  static let undo = Command(
    "undo", "take back the last cell that changed the session", examples: ["undo"],
    footprint: { _, _ in
      var footprint = Footprint.nothing
      (footprint.undoes, footprint.changesSession) = (true, true)
      return footprint
    }
  ) { arguments, workspace in
    guard workspace.statementCount == 1 else { throw StatementError.undoNotAlone(arguments.verb) }
    return Plan { workspace, console in
      guard let undone = try workspace.store.undo() else { throw SessionError.nothingToUndo(arguments.verb) }
      let lines = undone.cell.split(separator: "\n", omittingEmptySubsequences: true)
      let more = lines.count > 1 ? " …" : ""
      console.text("taken back: \(lines.first ?? "")\(more)")
      return .done
    }
  }
}
