import Interpreter
import Language
import Text

/// A replay on its way through the cells.
struct NotebookReplay {
  private(set) var report: ReplayReport
  let notebook: Notebook
  let runner: CellRunner
  let graph: DependencyGraph
  private let options: ReplayOptions
  /// Reasons to tell, by the cells' numbers.
  private let stale: [Int: [StaleReason]]
  private var changes: CellChanges
  /// Parameters whose values aren't those of the saved run, in words.
  private let parameterChanges: [String]
  private let opening: NotebookEnvironment
  private let tolerances: Tolerances
  private let kinds: KindSpreads
  private let hasRecords: Bool
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
    opening = NotebookEnvironment(version: options.version, session: runner.interpreter.environment)
    changes = CellChanges(
      reasons, graph, isOfThisVersion: opening.isOfVersion(of: notebook.savedEnvironment))
    // Where a run is asked for with other values than the saved one, all that depends on them is another.
    stale = changed.contains { runner.parameters.overridden.contains($0.name) } ? [:] : reasons
    parameterChanges = changed.map(\.words)
    self.tolerances = tolerances
    kinds = KindSpreads(notebook)
    hasRecords = notebook.hasRecords
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

  /// The environment with the seed of the beginning: cells that set another one do so in each replay.
  var environment: NotebookEnvironment {
    var environment = opening
    environment.session.data = runner.interpreter.environment.data
    return environment
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
    let saved = cell.savedEnvironment ?? notebook.savedEnvironment
    let before = environment.dataDifferences(from: saved)
    let record = runner.run(cell, number)
    var replayed = ReplayedCell(record: record, verdict: .new, differences: [], stale: stale[number] ?? [])
    let others = environment.dataDifferences(from: saved).filter { words in
      !before.contains(words)
        || (graph.nodes[number - 1].names.touchesData && runner.interpreter.dataInMemory == words)
    }
    if !others.isEmpty { changes.note(otherImagesIn: others.joined(separator: ", "), number) }
    changes.follow(number)
    if record.status == .interrupted { report.wasInterrupted = true }
    if record.status == .interrupted || (record.status == .error && !cell.mayFail) {
      replayed.verdict = .failed
    } else {
      compare(&replayed, with: cell, saved)
    }
    replayed.isOfOtherInputs = changes.isRewritten(number)
    return replayed
  }

  private mutating func compare(_ replayed: inout ReplayedCell, with cell: NotebookCell, _ saved: JSONObject?)
  {
    let number = replayed.record.number
    let (old, format): (CellResults, Int?)
    switch SavedCell(cell) {
    case .none: return
    case .outputs(let results): (old, format) = (results, nil)
    case .record(let results, let number): (old, format) = (results, number)
    }
    let record = replayed.record.asOf(format: format ?? RecordFormat.unnamed, saved: cell.savedOutputs)
    let results = CellResults(record, isWhole: format != nil)
    compared.formUnion(results.values.map(\.name))
    let limits = limits(of: cell, record, saved)
    (replayed.verdict, replayed.differences) = results.compared(
      withSaved: old, tolerances, limits, format: format ?? RecordFormat.unnamed)
    var found = shownDifferences(cell, record, isExact: limits?.followsFromKernels != true)
    if format == nil, hasRecords {
      found.append(
        Difference(name: "record", saved: nil, now: .text(record.status.rawValue), verdict: .different))
    }
    if limits == nil { found += fileDifferences(cell, record) }
    if replayed.verdict != .different, found.isEmpty { found += changes.differences(number) }
    replayed.differences += found
    if !found.isEmpty { replayed.verdict = .different }
  }

  private func shownDifferences(_ cell: NotebookCell, _ record: CellRecord, isExact: Bool) -> [Difference] {
    let now = record.notebookOutputs(runner.presenter.plainText)
    let saved = cell.savedOutputs
    let found = ShownOutputs(now).differences(fromSaved: ShownOutputs(saved), isExact: isExact)
    // Where a front-end spells its outputs otherwise by itself, that is no fault of the file.
    let usual = Set(PlainForms.missingWords(in: now).map(\.place))
    let faults = PlainForms.missingWords(in: saved).filter { !usual.contains($0.place) }.map { fault in
      Difference(
        name: "plain text of output \(fault.output)", saved: nil, now: .text(fault.word),
        verdict: .different)
    }
    return found + faults
  }

  private func fileDifferences(_ cell: NotebookCell, _ record: CellRecord) -> [Difference] {
    record.files.sorted { $0.key < $1.key }.compactMap { path, hash in
      guard let old = cell.savedFiles[path], old != hash else { return nil }
      return Difference(name: "file " + path, saved: .text(old), now: .text(hash), verdict: .different)
    }
  }

  /// Nil where values have to be the same to the last bit: in the environment of the saved run, and where the
  /// saved results are of another program or of other images, for then they are no other draw of the same.
  private func limits(of cell: NotebookCell, _ record: CellRecord, _ saved: JSONObject?) -> CellLimits? {
    guard opening.computesOtherwise(than: saved), !changes.isOther(record.number),
      environment.dataDifferences(from: saved).isEmpty
    else { return nil }
    var limits = CellLimits(spread: cell.spread, kinds: kinds)
    limits.chance = ChanceDeviation(record, images: runner.interpreter.testImages)
    limits.hasSameGrids = opening.hasGrids(of: saved)
    limits.followsFromKernels = graph.nodes[record.number - 1].followsFromKernels
    return limits
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
}
