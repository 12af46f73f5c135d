package import Interpreter
package import Language
import Text
package import Training

/// What to run and how.
package struct NotebookOptions: Sendable {
  package var path: String
  /// Names and values that replace a notebook's defaults.
  package var parameters: [(name: String, value: String)]
  package var json: Bool
  package var inPlace: Bool
  /// Of the program, as it is written into the file.
  package var version: String
  /// Keeps the cells' results in the session, for replays that serve them.
  package var keepsResults: Bool
  /// The notebook itself, where it is in no file.
  package var input: [UInt8]?

  package init(
    path: String, parameters: [(name: String, value: String)], json: Bool, inPlace: Bool,
    version: String = "",
    keepsResults: Bool = false
  ) {
    self.version = version
    self.keepsResults = keepsResults
    self.path = path
    self.parameters = parameters
    self.json = json
    self.inPlace = inPlace
  }
}

/// Runs a notebook's code cells in order and stops at the first that fails.
///
/// `openSession` is called once the file proved to be a notebook. Returns the exit code: 0 fine, 1 a cell
/// failed or the file is no notebook, 2 wrong use, 130 interrupted.
package func runNotebook(
  _ options: NotebookOptions, presenter: NotebookPresenter, cancellation: Cancellation,
  openSession: () -> Result<Interpreter, Diagnostic>
) -> Int32 {
  do throws(Refusal) {
    return try start(options, presenter, cancellation, openSession)
  } catch {
    return presenter.refuse(error, json: options.json)
  }
}

private func start(
  _ options: NotebookOptions, _ presenter: NotebookPresenter, _ cancellation: Cancellation,
  _ openSession: () -> Result<Interpreter, Diagnostic>
) throws(Refusal) -> Int32 {
  var (notebook, original) = try readForRun(
    options.path, input: options.input, keepsOutputs: options.inPlace)
  let parameters = try parameters(of: notebook, given: options.parameters)
  let interpreter = try opened(openSession)
  if options.inPlace || options.keepsResults { interpreter.keepDataChecksums() }
  let seed = interpreter.environment.seed
  let runner = CellRunner(
    interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
    version: options.version, keepsResults: options.keepsResults)
  let graph = notebook.dependencies(parameters)
  let run = NotebookRun(
    runner: runner, presenter: presenter, json: options.json, graph: graph,
    stale: parameters.overridden.isEmpty ? notebook.staleCells(graph) : [:])
  let code = run.cells(of: &notebook)
  if options.inPlace {
    var session = interpreter.environment
    session.seed = seed
    notebook.noteRun(parameters, NotebookEnvironment(version: options.version, session: session))
    do { try write(notebook, to: options.path, over: original) } catch { throw .file(error) }
  }
  return code
}

private struct NotebookRun {
  let runner: CellRunner
  let presenter: NotebookPresenter
  let json: Bool
  let graph: DependencyGraph
  /// Reasons by the cells' numbers; none where other parameters were asked for, which change what depends on them.
  let stale: [Int: [StaleReason]]

  /// Names the cells whose saved outputs don't follow from the notebook as it stands.
  private func tellStale() {
    for (number, reasons) in stale.sorted(by: { $0.key < $1.key }) {
      for reason in reasons {
        presenter.output(
          .note("the saved output of cell \(number) is stale: \(reason.words)"), SourceFile(""))
      }
    }
  }

  private func tellLine(_ record: CellRecord) {
    var object = record.json
    if let reasons = stale[record.number] {
      object["stale"] = .array(reasons.map { .string($0.words) })
    }
    presenter.jsonLine(JSONValue.object(object).line)
  }

  /// Runs the cells and puts their outputs into the notebook; returns the exit code.
  func cells(of notebook: inout Notebook) -> Int32 {
    for note in runner.interpreter.openingNotes { presenter.output(note, SourceFile("")) }
    tellStale()
    var code: Int32?
    var number = 0
    for index in notebook.cells.indices {
      let cell = notebook.cells[index]
      if cell.kind == .code { number += 1 }
      if code == nil, !presenter.isRead() { code = 130 }
      guard code == nil, cell.kind == .code, !cell.isBlank, !cell.isSkipped else {
        if code == nil, cell.kind == .markdown { presenter.markdown(cell.source) }
        // What wasn't run in this run has no outputs in its file; a cell that is always skipped keeps its own.
        if cell.kind == .code, !cell.isSkipped { notebook.cells[index].clear() }
        continue
      }
      let record = runner.run(cell, number)
      if json { tellLine(record) }
      presenter.finished(record)
      notebook.cells[index].keep(record, graph.nodes[number - 1], plainText: presenter.plainText)
      code = exitCode(after: record, cell)
    }
    return code ?? (presenter.isRead() ? 0 : 130)
  }

  private func exitCode(after record: CellRecord, _ cell: NotebookCell) -> Int32? {
    switch record.status {
    case .ok: nil
    case .error: cell.mayFail ? nil : 1
    case .interrupted: 130
    }
  }
}
