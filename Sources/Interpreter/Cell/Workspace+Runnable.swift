import Language

extension Workspace {
  /// The first of some cells that parses and binds, names only what is there, and could be run in this session; nil where
  /// none could.
  ///
  /// What is offered is what can be taken. Cells that choose other data are bound and not planned: that would load them.
  func runnable(_ cells: [String]) -> String? {
    // A cell that is looked at has findings of its own, whose cells need no look.
    guard !isAside else { return nil }
    return cells.first(where: canRun)
  }

  private func canRun(_ cell: String) -> Bool {
    let program = parse(cell, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program)
    guard program.diagnostics.isEmpty, problems.isEmpty, !bound.isEmpty else { return false }
    var session = aside(source: cell, statementCount: bound.count)
    for (command, arguments) in bound {
      if command.footprint(arguments, session.names).defines.contains(.data) { return true }
      guard let plan = try? command.plan(arguments, session) else { return false }
      session.rehearse(plan)
    }
    return true
  }
}
