package import Interpreter
package import Language
import Text
package import Training

/// Runs a notebook's code cells in document order in a fresh session and compares each with its saved result.
///
/// `openSession` is called once the file proved to be a notebook and every option to mean something, and
/// again for each run with other seeds. `openServed` opens the session whose results are served instead of
/// running cells that haven't changed. Returns the exit code: 0 fine, 1 a cell failed or the file is no
/// notebook, 2 wrong use, 3 a cell differs, 130 interrupted.
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
  let conditions = options.threads.conditions(notebook.savedEnvironment)
  let ownThreads = RunConditions.ownThreads
  let replayed = conditions.compute { () -> Result<(NotebookReplay, SeedRuns?), Refusal> in
    do throws(Refusal) {
      let interpreter = try opened(openSession)
      interpreter.keepDataChecksums()
      let runner = CellRunner(
        interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
        version: options.version, served: try openServed.map(opened))
      var replay = NotebookReplay(
        notebook: notebook, options: options, tolerances: tolerances, runner: runner,
        ownThreads: ownThreads)
      replay.runCells()
      guard options.seeds > 0, replay.report.isWhole else { return .success((replay, nil)) }
      var seeds = SeedRuns(notebook: notebook, runner: runner)
      try seeds.run(options.seeds, openSession)
      return .success((replay, seeds))
    } catch { return .failure(error) }
  }
  var (replay, seeds) = try replayed.get()
  if seeds?.wasInterrupted ?? false { replay.interrupt() }
  replay.present(seeds)
  do {
    if let path = options.junit { try replaceFile(path, with: replay.report.junit) }
    if options.update, let updated = replay.updated(seeds) {
      try write(updated, to: options.path, over: original)
    }
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
  /// Reasons to tell, by the cells' numbers.
  private let stale: [Int: [StaleReason]]
  /// Cells whose saved results are of another program or other inputs.
  private let otherPrograms: Set<Int>
  /// Parameters whose values aren't those of the saved run, in words.
  private let parameterChanges: [String]
  private let opening: NotebookEnvironment
  private let tolerances: Tolerances
  private let kinds: KindSpreads
  /// Names of values that were compared.
  private var compared: Set<String> = []

  init(
    notebook: Notebook, options: ReplayOptions, tolerances: Tolerances, runner: CellRunner, ownThreads: Int
  ) {
    self.notebook = notebook
    self.options = options
    self.runner = runner
    graph = notebook.dependencies(runner.parameters)
    let changed = notebook.changedParameters(runner.parameters)
    let reasons = notebook.staleCells(graph)
    otherPrograms = Set(reasons.keys)
    // Where a run is asked for with other values than the saved one, all that depends on them is another.
    stale = changed.contains { runner.parameters.overridden.contains($0.name) } ? [:] : reasons
    parameterChanges = changed.map(\.words)
    opening = NotebookEnvironment(version: options.version, session: runner.interpreter.environment)
    self.tolerances = tolerances
    kinds = KindSpreads(notebook)
    report = ReplayReport(path: options.path)
    report.threads = opening.session.threads
    report.ownThreads = ownThreads
    report.followsThreads = options.threads == .saved
    report.computesOtherwise = opening.computesOtherwise(than: notebook.savedEnvironment)
    report.hasSameGrids = opening.hasGrids(of: notebook.savedEnvironment)
    report.seeds = notebook.cells.lazy.compactMap { $0.spread?.seeds }.first
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

  mutating func interrupt() { report.wasInterrupted = true }

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
      (replayed.verdict, replayed.differences) = results.compared(
        withSaved: saved, tolerances, limits(of: cell, record))
    }
    return replayed
  }

  /// Nil where values have to be the same to the last bit: in the environment of the saved run, and where the
  /// saved results are of another program or of other images, for then they are no other draw of the same.
  private func limits(of cell: NotebookCell, _ record: CellRecord) -> CellLimits? {
    guard report.computesOtherwise, !otherPrograms.contains(record.number),
      environment.dataDifferences(from: notebook.savedEnvironment).isEmpty
    else { return nil }
    var limits = CellLimits(spread: cell.spread, kinds: kinds)
    limits.chance = ChanceDeviation(record, images: runner.interpreter.testImages)
    limits.hasSameGrids = report.hasSameGrids
    return limits
  }

  /// The environment with the seed of the beginning: cells that set another one do so in each replay.
  private var environment: NotebookEnvironment {
    var environment = opening
    environment.session.data = runner.interpreter.environment.data
    return environment
  }

  func present(_ seeds: SeedRuns?) {
    let presenter = runner.presenter
    func note(_ text: String) { presenter.output(.note(text), SourceFile("")) }
    presenter.output(.table(report.table), SourceFile(""))
    for cell in report.cells {
      for reason in cell.stale {
        note("the saved output of cell \(cell.record.number) is stale: \(reason.words)")
      }
    }
    for text in report.environmentNotes { note(text) }
    for name in tolerances.unused(among: compared) {
      note("no value is called \(quoted(name)), so its tolerance was used nowhere")
    }
    for text in seeds?.notes ?? [] { note(text) }
    if options.update, !report.isWhole {
      note("the file is left as it is, because the replay didn't come to its end")
    }
    presenter.output(.text(report.sentence), SourceFile(""))
    if options.json { presenter.jsonLine(JSONValue.object(report.json).line) }
  }

  /// The notebook with the results of cells that aren't the same, and the spread that other seeds gave; nil
  /// where there is nothing to write.
  func updated(_ seeds: SeedRuns?) -> Notebook? {
    guard report.isWhole else { return nil }
    var updated = notebook
    var number = 0
    for index in updated.cells.indices where updated.cells[index].kind == .code {
      number += 1
      let replayed = report.cells[number - 1]
      let node = graph.nodes[number - 1]
      switch replayed.verdict {
      case .same:
        if !replayed.stale.isEmpty || !parameterChanges.isEmpty || !updated.cells[index].hasProvenance {
          updated.cells[index].noteProvenance(node, number)
        }
      case .withinTolerance, .different, .new:
        updated.cells[index].keep(replayed.record, node, plainText: runner.presenter.plainText)
      case .skipped, .failed: continue
      }
      if let spread = seeds?.spread(of: replayed.record) { updated.cells[index].note(spread) }
    }
    updated.noteRun(runner.parameters, environment)
    return updated == notebook ? nil : updated
  }
}
