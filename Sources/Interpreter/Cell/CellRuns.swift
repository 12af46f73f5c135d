import Datasets
import Foundation
import Language
import SessionStore
import Training

/// The runs that a cell begins, in the session from their first step on, and those that it takes up.
///
/// One object for all copies of a workspace.
final class CellRuns {
  /// A run of an earlier cell with the checkpoint that it goes on from.
  struct Taken {
    var run: RunRecord
    var checkpoint: CheckpointRecord
    var start: TrainingCheckpoint
    var memory: RunRecorder.Memory
  }

  /// Names the cell among all that were ever run.
  private let cell: String
  /// The state that it begins in, once a run is begun.
  private var state: Int64?
  /// Of a cell that is run again: its runs by their places.
  private let taken: [Int: Taken]
  /// True where differences that may show in the bits are accepted.
  private let acceptsDifferences: Bool
  private var place = 0
  private var open: [OpenRun] = []

  init() {
    cell = UUID().uuidString.lowercased()
    taken = [:]
    acceptsDifferences = false
  }

  /// Of the cell that made these runs, which is run again from the state that it began in.
  init(again runs: [Taken], cell: String, state: Int64?, acceptsDifferences: Bool) {
    self.cell = cell
    self.state = state
    self.acceptsDifferences = acceptsDifferences
    taken = Dictionary(
      runs.compactMap { taken in taken.run.course.map { ($0.origin.place, taken) } }, uniquingKeysWith: { $1 }
    )
  }

  /// Whether the next run goes on from a checkpoint.
  var takesUpNext: Bool { taken[place] != nil }

  /// Writes down that a run begins, or takes it up where it stood.
  func begin(
    _ run: PlannedRun, settings: [String: String], _ workspace: Workspace, _ console: Console
  ) throws -> (run: OpenRun, memory: RunRecorder.Memory?) {
    defer { place += 1 }
    let store = workspace.store
    if let taken = taken[place], taken.run.model == run.result.name, taken.run.kind == run.kind {
      try requireSame(taken, run, workspace, console)
      try store.takeUp(taken.run, from: taken.checkpoint)
      let opened = try OpenRun(taken.run, from: taken.start, in: store)
      open.append(opened)
      return (opened, taken.memory)
    }
    if state == nil { state = try store.currentState() }
    let record = try store.beginRun(
      kind: run.kind, model: run.result.name, settings: settings, command: workspace.source,
      origin: RunOrigin(cell: cell, place: place, state: state, conditions: ""))
    let opened = try OpenRun(record, in: store)
    open.append(opened)
    let teachers = try run.teacherHashes(workspace)
    let premises = RunPremises(data: "", dataWords: run.data.choice.text, teachers: teachers)
    opened.describe { [dataset = run.data.dataset] in
      var premises = premises
      premises.data = dataset.checksum
      return try premises.json
    }
    return (opened, nil)
  }

  /// Throws where the run would go on with other images or another teacher, unless that is accepted.
  private func requireSame(
    _ taken: Taken, _ run: PlannedRun, _ workspace: Workspace, _ console: Console
  ) throws {
    let now = RunPremises(
      data: run.data.dataset.checksum, dataWords: run.data.choice.text,
      teachers: try run.teacherHashes(workspace))
    let differences =
      RunPremises(json: taken.run.course?.origin.conditions ?? "")?.inputDifferences(from: now)
      ?? ["what it began with is not known"]
    guard !differences.isEmpty else { return }
    guard acceptsDifferences else { throw ResumeError.differs(run.verb.range, differences) }
    console.note("it goes on all the same: " + differences.joined(separator: "; "))
  }

  /// The cell can't be written: where its runs were stopped lies elsewhere, and may still be.
  func handOverStops() { for run in open where !run.isEnded { run.handOverStop() } }

  /// The cell failed: runs that came to their end, or further than nothing, can be taken up.
  func end(_ console: Console) {
    for run in open where !run.isEnded {
      do {
        let canGoOn = try run.failure() == nil && run.hasCheckpoint()
        try run.end(.interrupted)
        if canGoOn {
          console.note(
            "\(run.record.model) was not kept, but what its training came to is: resume goes on from there")
        }
      } catch {
        // The row says that it runs, which the next opening of the session puts right.
        console.put(.diagnostic(OpenRun.warning((error as? StoreError) ?? .unknownRun(run.record.id))))
      }
    }
  }
}

extension PlannedRun {
  /// SHA-256 of the weights of each teacher, by its name.
  func teacherHashes(_ workspace: Workspace) throws -> [String: String] {
    try teachers.reduce(into: [:]) { hashes, name in
      hashes[name] = hashes[name] == nil ? try WeightsFile(workspace.weights(of: name)).digest : hashes[name]
    }
  }
}
