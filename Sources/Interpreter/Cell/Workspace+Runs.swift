import Foundation
import SessionStore

/// A run as lists and `show run` need it, from the session or made by this cell.
struct RunRow {
  var kind: RunRecord.Kind
  var model: String
  var status: RunRecord.Status
  var settings: [String: String]
  var epochsDone: Int
  var stepsDone: Int
  var lastLoss: Double?
  /// Nil where the process ended before the run did.
  var seconds: Double?
  /// Points of a curve by its key.
  var points: (String) throws -> [Curve.Point]
}

extension Workspace {
  /// Every run, the oldest first; their places, from 1, are the numbers by which users name them.
  func runRows() throws -> [RunRow] {
    reads.note(.runs)
    return try rows()
  }

  /// The runs that made models of these names, the oldest first.
  func runRows(of models: some Collection<String>) throws -> [RunRow] {
    try rows().filter { models.contains($0.model) }
  }

  private func rows() throws -> [RunRow] {
    // A run of this cell is in the session too, as it was written down on its way.
    let own = Set(runs.map(\.open.record.id))
    let stored = try store.runs().filter { !own.contains($0.id) }.map { record in
      RunRow(
        kind: record.kind, model: record.model, status: record.status, settings: record.settings,
        epochsDone: record.epochsDone, stepsDone: record.stepsDone,
        lastLoss: try store.metrics(of: record.id, key: "loss").last?.value,
        seconds: record.seconds
      ) { key in
        try store.metrics(of: record.id, key: key).map { Curve.Point(x: Double($0.step), y: $0.value) }
      }
    }
    return stored
      + runs.map { run in
        RunRow(
          kind: run.kind, model: run.model, status: run.status, settings: run.settings,
          epochsDone: run.epochsDone, stepsDone: run.stepsDone,
          lastLoss: run.metrics.last { $0.key == "loss" }?.value,
          seconds: run.endedAt.timeIntervalSince(run.startedAt)
        ) { key in
          run.metrics.filter { $0.key == key }.map { Curve.Point(x: Double($0.step), y: $0.value) }
        }
      }
  }
}
