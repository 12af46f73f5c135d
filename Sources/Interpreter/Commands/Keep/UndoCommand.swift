import Language
import SessionStore

extension ValueKind {
  /// How many cells.
  fileprivate static let steps = ValueKind.count(1...1000)
}

extension Command {
  static let undo = Command(
    "undo", "take back the last cell that changed the session, or several; list them",
    operands: [
      Operand(
        "how many cells",
        .either([.steps, .choice([Choice("list", "the cells that can be taken back, or done again")])]),
        .optional)
    ], examples: ["undo", "undo 2", "undo list"],
    footprint: { arguments, _ in
      var footprint = Footprint.nothing
      guard arguments.word(at: 0) == nil else { return footprint }
      (footprint.undoneCells, footprint.changesSession) = (arguments.steps, true)
      return footprint
    }
  ) { arguments, workspace in
    if arguments.word(at: 0) != nil { return listing(try workspace.store.steps(limit: 20)) }
    try requireAlone(arguments, workspace)
    let possible = try workspace.store.steps(limit: arguments.steps).back.count
    guard possible > 0 else { throw SessionError.nothingToUndo(arguments.verb) }
    try requireSteps(arguments, possible)
    return Plan { workspace, console in
      for cell in try workspace.store.undo(arguments.steps) { console.tell(cell, "taken back") }
      return .done
    }
  }

  static let redo = Command(
    "redo", "do again what undo took back", operands: [Operand("how many cells", .steps, .optional)],
    examples: ["redo", "redo 2"],
    reasons: "It goes as far as undo went back, until another cell changes the session.",
    footprint: { arguments, _ in
      var footprint = Footprint.nothing
      (footprint.redoneCells, footprint.changesSession) = (arguments.steps, true)
      return footprint
    }
  ) { arguments, workspace in
    try requireAlone(arguments, workspace)
    let possible = try workspace.store.steps(limit: arguments.steps).forward.count
    guard possible > 0 else { throw SessionError.nothingToRedo(arguments.verb) }
    try requireSteps(arguments, possible)
    return Plan { workspace, console in
      for cell in try workspace.store.redo(arguments.steps) { console.tell(cell, "done again") }
      return .done
    }
  }
}

extension Arguments {
  fileprivate var steps: Int {
    if case .count(let count)? = operands.first?.value { count } else { 1 }
  }
}

private func requireAlone(_ arguments: Arguments, _ workspace: Workspace) throws(StatementError) {
  guard workspace.statementCount == 1 else { throw .undoNotAlone(arguments.verb) }
}

private func requireSteps(_ arguments: Arguments, _ possible: Int) throws(SessionError) {
  guard let range = arguments.operands.first?.range, possible < arguments.steps else { return }
  throw .tooManySteps(range, verb: arguments.verb.text, possible: possible)
}

private func listing(_ steps: (back: [UndoneCell], forward: [UndoneCell])) -> Plan {
  func rows(_ cells: [UndoneCell], _ verb: String) -> [[String]] {
    cells.enumerated().map { [$0 == 0 ? verb : "\(verb) \($0 + 1)", firstLine(of: $1)] }
  }
  return Plan { _, console in
    guard !steps.back.isEmpty || !steps.forward.isEmpty else {
      console.text("no cell has changed the session yet")
      return .done
    }
    let table = rows(steps.forward, "redo").reversed() + rows(steps.back, "undo")
    console.put(.table(Table(columns: [Table.Column("write"), Table.Column("goes over")], texts: table)))
    return .done
  }
}

private func firstLine(of cell: UndoneCell) -> String {
  let lines = cell.cell.split(separator: "\n", omittingEmptySubsequences: true)
  return "\(lines.first ?? "")\(lines.count > 1 ? " …" : "")"
}

extension Console {
  fileprivate func tell(_ cell: UndoneCell, _ done: String) { text("\(done): \(firstLine(of: cell))") }
}
