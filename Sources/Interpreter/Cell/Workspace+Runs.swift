import Foundation
import SessionStore

/// A run as lists and `show run` need it, from the session or made by this cell.
struct RunRow {
  /// By which users name it.
  var number: Int
  var reference: ModelEntry.Run
  var kind: RunRecord.Kind
  var model: String
  var status: RunRecord.Status
  var settings: [String: String]
  var epochsDone: Int
  var stepsDone: Int
  var lastLoss: Double?
  /// After the last epoch, on the images that were looked at then.
  var lastAccuracy: Double?
  var startedAt: Date
  /// Nil where the process ended before the run did.
  var seconds: Double?
  /// Points of a curve by its key.
  var points: (String) throws -> [Curve.Point]
}

extension Workspace {
  /// Every run, the oldest first.
  func runRows() throws -> [RunRow] {
    reads.note(.runs)
    return try rows()
  }

  /// The runs that made models of these names, the oldest first.
  func runRows(of models: some Collection<String>) throws -> [RunRow] {
    try rows().filter { models.contains($0.model) }
  }

  /// How long the runs took that made models, by the run.
  func seconds(of entries: [ModelEntry]) throws -> [ModelEntry.Run: Double] {
    var seconds: [ModelEntry.Run: Double] = [:]
    for run in entries.compactMap(\.run) {
      switch run {
      case .made(let place):
        guard runs.indices.contains(place) else { continue }
        seconds[run] = runs[place].seconds
      case .stored(let id):
        seconds[run] = try store.run(id)?.seconds
      }
    }
    return seconds
  }

  /// Curves that a run's last accuracy is taken from, the first that it has.
  private static let accuracies = ["validation_accuracy", "test_accuracy"]

  private func rows() throws -> [RunRow] {
    let last = try store.lastValues(of: ["loss"] + Self.accuracies)
    // A run of this cell is in the session too, as it was written down on its way.
    let own = Set(runs.map(\.open.record.id))
    let stored = try store.runs().filter { !own.contains($0.id) }.map { record in
      RunRow(
        number: record.number, reference: .stored(record.id), kind: record.kind, model: record.model,
        status: record.status, settings: record.settings, epochsDone: record.epochsDone,
        stepsDone: record.stepsDone, lastLoss: last[record.id]?["loss"],
        lastAccuracy: Self.accuracies.lazy.compactMap { last[record.id]?[$0] }.first,
        startedAt: record.startedAt, seconds: record.seconds
      ) { key in
        try store.metrics(of: record.id, key: key).map { Curve.Point(x: Double($0.step), y: $0.value) }
      }
    }
    let made = runs.enumerated().map { place, run in
      RunRow(
        number: run.open.record.number, reference: .made(place), kind: run.kind, model: run.model,
        status: run.status, settings: run.settings, epochsDone: run.epochsDone, stepsDone: run.stepsDone,
        lastLoss: run.metrics.last { $0.key == "loss" }?.value,
        lastAccuracy: Self.accuracies.lazy.compactMap { key in run.metrics.last { $0.key == key }?.value }
          .first,
        startedAt: run.startedAt, seconds: run.seconds
      ) { key in
        run.metrics.filter { $0.key == key }.map { Curve.Point(x: Double($0.step), y: $0.value) }
      }
    }
    return (stored + made).sorted { $0.number < $1.number }
  }
}
