/// How a statement of a cell ended.
package enum PlanEnding: Sendable {
  case done
  /// Stopped at the user's wish; what the workspace holds is kept, the statements after it are not run.
  case interrupted
}

/// What a bound statement will do, as far as it is known before it runs.
package struct Plan {
  /// What it changes whatever its run gives.
  var changes: [Workspace.Change]
  /// The model that its run makes, without weights and figures: what it is called, its kind and its network.
  var makes: ModelEntry?
  /// Computes and speaks; saves in the workspace what was made.
  var run: (inout Workspace, Console) throws -> PlanEnding

  init(
    changes: [Workspace.Change] = [], makes entry: ModelEntry? = nil,
    _ run: @escaping (inout Workspace, Console) throws -> PlanEnding
  ) {
    self.changes = changes
    makes = entry
    self.run = run
  }
}
