package import Interpreter
package import Language

/// The cells of a session as a notebook that can be replayed.
package struct SessionNotebook {
  private let cells: SessionCells

  package init(_ cells: SessionCells) { self.cells = cells }

  /// Each cell with its outputs, where they are known and a replay gives them again.
  package func notebook(
    _ interpreter: Interpreter, version: String, plainText: (Output, SourceFile) -> String
  ) -> Notebook {
    let programs = cells.cells.map(\.source)
    let graph = DependencyGraph(programs: programs)
    var notebook = Notebook(
      format: .qat, cells: programs.map { NotebookCell(kind: .code, source: Self.spelled($0)) }
    ).asIPyNB
    var isOther = Array(repeating: false, count: programs.count)
    for (index, cell) in cells.cells.enumerated() {
      // What follows from a run that was stopped would only be found different.
      isOther[index] = !cell.stopped.isEmpty || graph.nodes[index].makers.values.contains { isOther[$0] }
      guard var record = cell.record, !isOther[index] else { continue }
      record.number = index + 1
      record.source = cell.source
      notebook.cells[index].keep(record, graph.nodes[index], plainText: plainText)
    }
    interpreter.keepDataChecksums()
    var session = interpreter.environment
    session.seed = 0
    notebook.completeFormat()
    notebook.noteRun(Parameters(), NotebookEnvironment(version: version, session: session))
    return notebook
  }

  /// A dollar sign begins a parameter's name in a notebook; doubled it stands for itself.
  private static func spelled(_ program: String) -> String { program.replacing("$", with: "$$") }
}

/// Writes a file of text in one step, over one that is there.
package func writeText(_ text: String, to path: String) throws(NotebookError) {
  try replaceFile(path, with: text)
}
