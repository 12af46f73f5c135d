import Execution
import GraphIR
import Language
import SessionStore
import Text
import Training

/// The cell of a run that was stopped, to be run again with its runs where they stood.
struct ResumedCell {
  private let stopped: ResumableRun
  private let verb: Word
  private let range: SourceRange
  private let accepts: Bool
  private let premises: RunPremises?
  private let cell: Cell
  private let bound: [(Command, Arguments)]
  /// The session as it was when the cell began.
  private let session: Workspace
  /// Said before it begins.
  private var notes: [String]

  /// Reads what is left of the cell's runs, and plans it; throws where anything stands against it.
  init(
    _ stopped: ResumableRun, verb: Word, range: SourceRange, accepts: Bool, _ workspace: Workspace
  ) throws {
    self.stopped = stopped
    self.verb = verb
    self.range = range
    self.accepts = accepts
    let store = workspace.store
    guard let origin = stopped.run.course?.origin else {
      throw ResumeError.nothingLeft(range, number: stopped.number, reason: "its beginning is not known")
    }
    premises = RunPremises(json: origin.conditions)
    notes = ["run \(stopped.number) goes on: " + stopped.firstLine]
    let differences = premises?.machineDifferences ?? ["what it began with is not known"]
    if !differences.isEmpty {
      guard accepts else { throw ResumeError.differs(range, differences) }
      notes.append("it goes on all the same: " + differences.joined(separator: "; "))
    }
    let (runs, damages) = try Self.taken(of: origin.cell, stopped, range, store)
    notes += damages
    cell = Cell(source: stopped.run.command, store: store, library: workspace.library, damage: nil)
    let (_, bound, slips) = Cell.read(cell.source)
    self.bound = bound
    if let slip = slips.first(where: { $0.severity == .error }) {
      throw ResumeError.cellFails(verb, cell: stopped.firstLine, slip)
    }
    let state = try origin.state.flatMap { try store.hasState($0) ? $0 : nil }
    session = try Workspace(
      of: store, library: workspace.library, statementCount: bound.count, source: cell.source, at: state,
      runs: CellRuns(again: runs, cell: origin.cell, state: state, acceptsDifferences: accepts))
    if let failure = cell.rehearsed(bound, session).failures.first {
      throw failure.isCancellation
        ? failure as any Error : ResumeError.cellFails(verb, cell: stopped.firstLine, failure.diagnostic)
    }
  }

  var plan: Plan { Plan { try run(&$0, $1) } }

  /// The runs of a cell with the newest checkpoint of each that can be read, and what there is to say of others.
  private static func taken(
    of cell: String, _ stopped: ResumableRun, _ range: SourceRange, _ store: SessionStore
  ) throws -> (runs: [CellRuns.Taken], notes: [String]) {
    var notes: [String] = []
    var taken: [CellRuns.Taken] = []
    for run in try store.runs() where run.course?.origin.cell == cell && run.status != .running {
      for record in try store.checkpoints(of: run.id) {
        do {
          if let (start, memory) = OpenRun.checkpoint(in: try store.file(of: record)) {
            taken.append(CellRuns.Taken(run: run, checkpoint: record, start: start, memory: memory))
            break
          }
          notes.append("its checkpoint at step \(grouped(record.standing.stepsDone)) is of another version")
        } catch let error as StoreError {
          notes.append("its checkpoint at step \(grouped(record.standing.stepsDone)) is left out: \(error)")
        }
      }
    }
    guard taken.contains(where: { $0.run.id == stopped.run.id }) else {
      throw ResumeError.nothingLeft(
        range, number: stopped.number, reason: notes.last ?? "no checkpoint of it is kept")
    }
    return (taken, notes)
  }

  private func run(_ workspace: inout Workspace, _ console: Console) throws -> PlanEnding {
    for note in notes { console.note(note) }
    // The places are those of a text that is not the one that was entered.
    let inner = Console(cancellation: console.cancellation) { console.put($0.withoutPlace) }
    let conditions = RunConditions(
      threads: premises?.threads, saturatesByteProducts: premises?.saturatesByteProducts ?? false,
      seedShift: premises?.seedShift ?? SeededGenerator.shift)
    var past = session
    let result = conditions.compute { () -> Result<(CellResult.Status, String), any Error> in
      Result {
        try requireThreads(console)
        return try cell.perform(bound, &past, inner)
      }
    }
    switch result {
    case .success((let status, let ran)):
      inner.leave(to: console)
      workspace.take(past, cell: ran)
      return status == .interrupted ? .interrupted : .done
    case .failure(let error):
      past.cellRuns.end(inner)
      let diagnostic = (error as? Failure)?.diagnostic ?? Failure(error, at: verb).diagnostic
      throw error is ResumeError ? error : ResumeError.cellFails(verb, cell: stopped.firstLine, diagnostic)
    }
  }

  private func requireThreads(_ console: Console) throws(ResumeError) {
    guard let wanted = premises?.threads, wanted != Processor.threadCount else { return }
    guard accepts else { throw .threadsRefused(range, wanted: wanted, given: Processor.threadCount) }
    console.note("it goes on with \(counted(Processor.threadCount, "thread")) instead of \(wanted)")
  }
}

extension Output {
  /// As it is said of a cell whose text is another's.
  fileprivate var withoutPlace: Output {
    switch self {
    case .diagnostic(var diagnostic):
      (diagnostic.range, diagnostic.edit, diagnostic.cell) = (nil, nil, nil)
      return .diagnostic(diagnostic)
    case .finding(var finding):
      finding.range = nil
      return .finding(finding)
    case .text, .drawing, .note, .print, .measured, .table, .metric, .curve, .histogram, .bars, .page,
      .images,
      .progress:
      return self
    }
  }
}
