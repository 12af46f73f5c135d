/// What a cell came to that could not be written into the session, kept in memory until that can be done.
struct Draft {
  let workspace: Workspace
  /// What of the cell ran.
  let cell: String

  /// Nil where nothing was trained: it is as well done again.
  init?(_ workspace: Workspace, cell: String) {
    guard !workspace.runs.isEmpty else { return nil }
    self.workspace = workspace
    self.cell = cell
  }

  static let note =
    "what it trained is kept in memory as long as this session is open: make room, then write resume"
}
