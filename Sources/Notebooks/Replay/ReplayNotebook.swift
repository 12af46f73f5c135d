package import Interpreter
package import Language
package import Training

/// Runs a notebook's code cells in document order in a fresh session and compares each with its saved result.
///
/// `openSession` is called once the file proved to be a notebook and every option to mean something.
/// `openServed` opens the session whose results are served instead of running cells that haven't changed. Returns the
/// exit code: 0 fine, 1 a cell failed or the file is no notebook, 2 wrong use, 3 a cell differs, 130 interrupted.
package func replayNotebook(
  _ options: ReplayOptions, presenter: NotebookPresenter, cancellation: Cancellation,
  openSession: () -> Result<Interpreter, Diagnostic>,
  openServed: (() -> Result<Interpreter, Diagnostic>)? = nil
) -> Int32 {
  do throws(Refusal) {
    return try start(options, presenter, cancellation, openSession, openServed)
  } catch {
    return presenter.refuse(error, json: options.json)
  }
}

private func start(
  _ options: ReplayOptions, _ presenter: NotebookPresenter, _ cancellation: Cancellation,
  _ openSession: () -> Result<Interpreter, Diagnostic>,
  _ openServed: (() -> Result<Interpreter, Diagnostic>)?
) throws(Refusal) -> Int32 {
  let (notebook, original) = try readForRun(options.path, keepsOutputs: false)
  guard notebook.format == .ipynb else { throw .file(.noResultsInText(path: options.path)) }
  let parameters = try parameters(of: notebook, given: options.parameters)
  var tolerances = Tolerances()
  do throws(Diagnostic) {
    for text in options.tolerances { try tolerances.add(text) }
  } catch { throw .option(error) }
  let interpreter = try opened(openSession)
  interpreter.keepDataChecksums()
  let runner = CellRunner(
    interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
    version: options.version, served: try openServed.map(opened))
  var replay = NotebookReplay(
    notebook: notebook, options: options, tolerances: tolerances, runner: runner)
  replay.runCells()
  replay.present()
  do {
    if let path = options.junit { try replaceFile(path, with: replay.report.junit) }
    if options.update, let updated = replay.updated() { try write(updated, to: options.path, over: original) }
  } catch { throw .file(error) }
  return replay.report.exitCode
}

/// A replay on its way through the cells.
private struct NotebookReplay {
  private(set) var report: ReplayReport
  private let notebook: Notebook
  private let options: ReplayOptions
  private let runner: CellRunner
  private let graph: DependencyGraph
  private let stale: [Int: [StaleReason]]
  /// Parameters whose values aren't those of the saved run, in words.
  private let parameterChanges: [String]
  private let opening: NotebookEnvironment
  private var tolerances: Tolerances
  /// Names of values that were compared.
  private var compared: Set<String> = []

  init(notebook: Notebook, options: ReplayOptions, tolerances: Tolerances, runner: CellRunner) {
    self.notebook = notebook
    self.options = options
    self.runner = runner
    graph = notebook.dependencies(runner.parameters)
    let changed = notebook.changedParameters(runner.parameters)
    // Where a run is asked for with other values than the saved one, all that depends on them is another.
    stale =
      changed.contains { runner.parameters.overridden.contains($0.name) } ? [:] : notebook.staleCells(graph)
    parameterChanges = changed.map(\.words)
    opening = NotebookEnvironment(version: options.version, session: runner.interpreter.environment)
    self.tolerances = tolerances
    report = ReplayReport(path: options.path)
    self.tolerances.isOtherEnvironment = opening.computesOtherwise(than: notebook.savedEnvironment)
  }

  mutating func runCells() {
    let presenter = runner.presenter
    var stopped: String?
    var number = 0
    for cell in notebook.cells {
      guard cell.kind == .code else {
        if cell.kind == .markdown, stopped == nil { presenter.markdown(cell.source) }
        continue
      }
      number += 1
      if stopped == nil, !presenter.isRead() {
        stopped = "nobody reads the output any more"
        report.wasInterrupted = true
      }
      let reason = stopped ?? (cell.isSkipped ? "tagged skip-execution" : cell.isBlank ? "blank" : nil)
      let replayed = reason.map { skipped(cell, number, $0) } ?? run(cell, number)
      report.cells.append(replayed)
      if options.json { presenter.jsonLine(JSONValue.object(replayed.json).line) }
      guard reason == nil else { continue }
      presenter.finished(replayed.record)
      if replayed.verdict == .failed { stopped = "behind cell \(number), which \(ending(replayed))" }
    }
    report.environment = environment.differences(from: notebook.savedEnvironment).map {
      parameterChanges + $0
    }
  }

  private func ending(_ cell: ReplayedCell) -> String {
    cell.record.status == .interrupted ? "was interrupted" : "failed"
  }

  private func skipped(_ cell: NotebookCell, _ number: Int, _ reason: String) -> ReplayedCell {
    ReplayedCell(
      record: CellRecord(number: number, source: cell.source), verdict: .skipped, differences: [],
      stale: [], skipReason: reason)
  }

  private mutating func run(_ cell: NotebookCell, _ number: Int) -> ReplayedCell {
    let record = runner.run(cell, number)
    var replayed = ReplayedCell(record: record, verdict: .new, differences: [], stale: stale[number] ?? [])
    if record.status == .interrupted { report.wasInterrupted = true }
    if record.status == .interrupted || (record.status == .error && !cell.mayFail) {
      replayed.verdict = .failed
    } else if let saved = CellResults(saved: cell) {
      let results = CellResults(record)
      compared.formUnion(results.values.map(\.name))
      (replayed.verdict, replayed.differences) = results.compared(withSaved: saved, tolerances)
    }
    return replayed
  }

  /// The environment with the seed of the beginning: cells that set another one do so in each replay.
  private var environment: NotebookEnvironment {
    var environment = opening
    environment.session.data = runner.interpreter.environment.data
    return environment
  }

  func present() {
    let presenter = runner.presenter
    func note(_ text: String) { presenter.output(.note(text), SourceFile("")) }
    presenter.output(.table(report.table), SourceFile(""))
    for cell in report.cells {
      for reason in cell.stale {
        note("the saved output of cell \(cell.record.number) is stale: \(reason.words)")
      }
    }
    if let text = report.environmentNote { note(text) }
    for name in tolerances.unused(among: compared) {
      note("no value is called \(quoted(name)), so its tolerance was used nowhere")
    }
    if options.update, report.exitCode == 1 || report.exitCode == 130 {
      note("the file is left as it is, because the replay didn't come to its end")
    }
    presenter.output(.text(report.sentence), SourceFile(""))
    if options.json { presenter.jsonLine(JSONValue.object(report.json).line) }
  }

  /// The notebook with the results of cells that aren't the same; nil where there is nothing to write.
  func updated() -> Notebook? {
    guard report.exitCode == 0 || report.exitCode == 3 else { return nil }
    var updated = notebook
    var number = 0
    for index in updated.cells.indices where updated.cells[index].kind == .code {
      number += 1
      let replayed = report.cells[number - 1]
      switch replayed.verdict {
      case .same:
        guard !replayed.stale.isEmpty || !parameterChanges.isEmpty || !updated.cells[index].hasProvenance
        else { continue }
        updated.cells[index].noteProvenance(graph.nodes[number - 1], number)
      case .withinTolerance, .different, .new:
        updated.cells[index].keep(
          replayed.record, graph.nodes[number - 1], plainText: runner.presenter.plainText)
      case .skipped, .failed: continue
      }
    }
    updated.noteRun(runner.parameters, environment)
    return updated == notebook ? nil : updated
  }
}

extension NotebookEnvironment {
  /// True where other kernels or another number of threads may add in another order, or nothing is known.
  fileprivate func computesOtherwise(than saved: JSONObject?) -> Bool {
    guard let saved else { return true }
    return ["version", "processor", "threads"].contains { saved[$0] != json[$0] }
  }
}
