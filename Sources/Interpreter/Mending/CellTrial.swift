import Language
import SessionStore

extension Cell {
  /// What stands against a cell whose words are right: no other words would do better.
  private static let circumstances: Set<String> = [
    "data-unusable", "read-only", "input-differs", "out-of-memory", "nothing-to-undo", "nothing-to-redo",
    "store",
    "damaged-model", "damaged-store", "unreadable-file", "file-exists", "budget-too-small",
    "budget-needless", "undo-not-alone", "unreadable-picture", "unsupported-network", "not-quantizable",
  ]

  /// True of a mistake that other words could mend.
  static func isOfWords(_ diagnostic: Diagnostic) -> Bool {
    diagnostic.severity == .error && !circumstances.contains(diagnostic.id)
  }

  /// Why the cell's words would not do in the session as it stands, without running it; empty where they would.
  ///
  /// It stops at the first statement that can't be planned.
  func problemsOfWords() -> [Diagnostic] {
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program)
    let slips = (program.diagnostics + problems).filter { $0.severity == .error }
    guard slips.isEmpty else { return slips }
    guard
      var workspace = try? Workspace(
        of: store, library: library, statementCount: bound.count, source: source, isTrial: true)
    else { return [Diagnostic(id: "store", message: "the session can't be read")] }
    for (command, arguments) in bound {
      do {
        workspace.rehearse(try command.plan(arguments, workspace))
      } catch {
        let diagnostic = Failure(error, at: arguments.verb).diagnostic
        if Self.isOfWords(diagnostic) { return [diagnostic] }
      }
    }
    return []
  }
}
