package import Interpreter
package import Language

/// The cells of a conversation at the prompt as a notebook that can be replayed.
package struct SessionNotebook {
  /// What a session had before the first of the cells, which a replay in a fresh one doesn't have.
  package struct Opening: Sendable {
    /// Statements that give a new session the same settings.
    package var settings: String?
    package var names: KnownNames
    package var seed: UInt64

    /// Throws where the session can't be read.
    package init(_ interpreter: Interpreter) throws {
      settings = try interpreter.settingsProgram()
      names = try interpreter.knownNames
      seed = interpreter.environment.seed
    }
  }

  private let records: [CellRecord]
  private let opening: Opening

  /// `records` are of the cells that worked, in order.
  package init(records: [CellRecord], opening: Opening) {
    self.records = records
    self.opening = opening
  }

  /// A cell for the settings that held before, where there are any, and then each cell with its outputs.
  package func notebook(
    _ interpreter: Interpreter, version: String, plainText: (Output, SourceFile) -> String
  ) -> Notebook {
    let programs = [opening.settings].compactMap { $0 } + records.map(\.source)
    let graph = DependencyGraph(programs: programs)
    let first = opening.settings == nil ? 0 : 1
    var notebook = Notebook(
      format: .qat, cells: programs.map { NotebookCell(kind: .code, source: Self.spelled($0)) }
    ).asIPyNB
    for (index, record) in records.enumerated() {
      var record = record
      record.number = first + index + 1
      notebook.cells[first + index].keep(record, graph.nodes[first + index], plainText: plainText)
    }
    interpreter.keepDataChecksums()
    var session = interpreter.environment
    session.seed = first == 0 ? opening.seed : 0
    notebook.noteRun(Parameters(), NotebookEnvironment(version: version, session: session))
    return notebook
  }

  /// Models and networks from before that the cells use, so that they can't run without them.
  package var notes: [String] {
    var known = opening.names
    var made: Set<SessionName> = []
    var uses: Set<SessionName> = []
    for record in records {
      let footprint = Footprint(ofProgram: record.source, &known)
      uses.formUnion(footprint.uses.subtracting(made))
      made.formUnion(footprint.defines)
    }
    let used = opening.names.all.filter { uses.contains(.model($0)) }
    guard !used.isEmpty else { return [] }
    return [
      "made before the first of these cells, so a replay doesn't have it: \(used.joined(separator: ", "))"
    ]
  }

  /// A dollar sign begins a parameter's name in a notebook; doubled it stands for itself.
  private static func spelled(_ program: String) -> String { program.replacing("$", with: "$$") }
}

/// Writes a notebook; one that exists is replaced only where `overwriting` says so.
package func writeNotebook(
  _ notebook: Notebook, to path: String, overwriting: Bool
) throws(NotebookError) {
  if overwriting {
    try replaceFile(path, with: notebook.ipynbText)
  } else {
    try createFile(path, with: notebook.ipynbText)
  }
}
