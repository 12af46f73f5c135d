import Interpreter
import Language
import Training

/// Runs of a notebook with other seeds, which tell how far its values lie apart by the choice of random
/// numbers alone.
struct SeedRuns {
  private(set) var wasInterrupted = false
  /// What there is to say of the runs.
  private(set) var notes: [String] = []
  private let notebook: Notebook
  private let runner: CellRunner
  /// Results by the number of the code cell, of each run that came so far.
  private var results: [Int: [CellResults]] = [:]

  /// `runner` is that of the replay, whose parameters and front-end the runs have; each opens a session of
  /// its own.
  init(notebook: Notebook, runner: CellRunner) {
    self.notebook = notebook
    self.runner = runner
  }

  mutating func run(_ count: Int, _ openSession: () -> Result<Interpreter, Diagnostic>) throws(Refusal) {
    for shift in 1...max(1, count) where !wasInterrupted {
      runner.presenter.output(.note("run \(shift) of \(count) with other seeds"), SourceFile(""))
      let session = try opened(openSession)
      RunConditions(seedShift: UInt64(shift)).compute { run(session, shift) }
    }
  }

  private mutating func run(_ session: Interpreter, _ shift: Int) {
    let presenter = runner.presenter
    var quiet = presenter
    (quiet.markdown, quiet.program, quiet.finished) = ({ _ in }, { _ in }, { _ in })
    quiet.output = { output, source in
      if case .progress = output { presenter.output(output, source) }
    }
    let runner = CellRunner(
      interpreter: session, parameters: runner.parameters, presenter: quiet,
      cancellation: runner.cancellation, version: runner.version)
    var number = 0
    for cell in notebook.cells where cell.kind == .code {
      number += 1
      guard !cell.isSkipped, !cell.isBlank else { continue }
      let record = runner.run(cell, number)
      if record.status == .interrupted || !presenter.isRead() {
        wasInterrupted = true
        return
      }
      if record.status == .error, !cell.mayFail {
        notes.append(
          "with seeds \(shift) further on, cell \(number) failed, and those behind it were not run")
        return
      }
      results[number, default: []].append(CellResults(record))
    }
  }

  /// How far the values of a cell lie apart; nil where it was run too few times for a deviation.
  func spread(of record: CellRecord) -> CellSpread? {
    guard let others = results[record.number], others.count > 1 else { return nil }
    return CellSpread(of: CellResults(record), and: others)
  }
}
