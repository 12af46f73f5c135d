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
  // Cells that change the session would fail, and their errors take the place of good outputs.
  if options.inPlace, var problem = interpreter.readOnlyProblem {
    problem.notes.append("\(options.path) is left as it is, and no cell was run")
    throw .session(problem)
  }
  if options.inPlace || options.keepsResults { interpreter.keepDataChecksums() }
  interpreter.protect([options.path])
  let seed = interpreter.environment.seed
  let runner = CellRunner(
    interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
    version: options.version, keepsResults: options.keepsResults)
  let graph = notebook.dependencies(parameters)
  let run = NotebookRun(
    runner: runner, presenter: presenter, json: options.json, graph: graph,
    stale: parameters.overridden.isEmpty ? notebook.staleCells(graph) : [:])
  let before = notebook.savedEnvironment
  let code = run.cells(of: &notebook)
  if options.inPlace {
    var session = interpreter.environment
    session.seed = seed
    var environment = NotebookEnvironment(version: options.version, session: session)
    if code != 0 { environment.takeEarlier(before, &notebook, presenter) }
    notebook.completeFormat()
    notebook.noteRun(parameters, environment)
    do { try write(notebook, to: options.path, over: original) } catch { throw .file(error) }
  }
  return code
}

extension NotebookEnvironment {
  /// Of a file of which some cells have outputs of an earlier run: says so, keeps the checksums of their data, and notes
  /// with the cells in which environment they arose, where that was another one.
  fileprivate mutating func takeEarlier(
    _ before: JSONObject?, _ notebook: inout Notebook, _ presenter: NotebookPresenter
  ) {
    let code = notebook.cells.indices.filter { notebook.cells[$0].kind == .code }
    let earlier = zip(code, 1...).filter { notebook.cells[$0.0].isOfEarlierRun }
    guard !earlier.isEmpty else { return }
    let isOther = before.map { computesOtherwise(than: $0) } ?? false
    for (place, _) in earlier where isOther { notebook.cells[place].noteEnvironment(before) }
    for (words, checksum) in Self.checksums(of: before) where session.data[words] == nil {
      session.data[words] = checksum
    }
    let numbers = earlier.map { "\($0.1)" }.joined(separator: ", ")
    presenter.output(
      .note(
        "cell\(earlier.count == 1 ? "" : "s") \(numbers) \(earlier.count == 1 ? "keeps" : "keep") the outputs of an "
          + "earlier run"), SourceFile(""))
  }
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
        guard cell.kind == .code, !cell.isSkipped else { continue }
        // Of what was not reached the file keeps what an earlier run gave; a cell that is always skipped keeps its own.
        if code == nil { notebook.cells[index].clear() } else { notebook.cells[index].markEarlier() }
        continue
      }
      let record = runner.run(cell, number)
      if json { tellLine(record) }
      presenter.finished(record)
      // A cell that was stopped gave less than an earlier run of it.
      if record.status == .interrupted, cell.hasResults {
        notebook.cells[index].markEarlier()
      } else {
        notebook.cells[index].keep(record, graph.nodes[number - 1], plainText: presenter.plainText)
      }
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
