package import Foundation
import GRDB

extension Transaction {
  /// Starts the record of a run, with the status running, under a new UUID.
  ///
  /// `model` is the name that the run makes; `settings` the recipe; `command` the cell as it was written.
  /// `startedAt` is kept to the millisecond.
  package func beginRun(
    kind: RunRecord.Kind, model: String, settings: [String: String], command: String,
    startedAt: Date = Date()
  ) throws -> RunRecord {
    let instant = StoredInstant.milliseconds(startedAt)
    var run = RunRecord(
      id: UUID().uuidString.lowercased(), kind: kind, model: model, status: .running,
      startedAt: StoredInstant.date(instant), endedAt: nil, settings: settings, command: command,
      epochsDone: 0, stepsDone: 0)
    try database.execute(
      sql: """
        INSERT INTO run (id, kind, model, status, started_at, settings, command) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run.id, kind.rawValue, model, run.status.rawValue, instant, try StoredText.encode(settings), command,
      ])
    run.number = try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0
    return run
  }

  /// Ends a run with what it came to.
  ///
  /// Throws `.unknownRun`.
  package func finishRun(
    _ id: String, status: RunRecord.Status, epochsDone: Int, stepsDone: Int, endedAt: Date = Date()
  ) throws {
    try database.execute(
      sql: "UPDATE run SET status = ?, ended_at = ?, epochs_done = ?, steps_done = ? WHERE id = ?",
      arguments: [status.rawValue, StoredInstant.milliseconds(endedAt), epochsDone, stepsDone, id])
    guard database.changesCount == 1 else { throw StoreError.unknownRun(id) }
  }

  /// Adds points to a run's curves; NaN and infinities are kept.
  ///
  /// A step that is there is replaced. Meant for many at a time, an epoch say: a transaction costs a write
  /// that reaches the disk. Throws `.unknownRun`.
  package func appendMetrics(run: String, _ points: [(key: String, step: Int, value: Double)]) throws {
    guard try hasRun(run) else { throw StoreError.unknownRun(run) }
    try MetricRows.append(points, run: run, database)
  }

  func hasRun(_ id: String) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)", arguments: [id]) ?? false
  }
}

extension SessionStore {
  /// A curve of a run: its points by step; empty where there is none.
  package func metrics(of run: String, key: String) throws -> [(step: Int, value: Double)] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT step, value FROM metric WHERE series = (SELECT id FROM series WHERE run = ? AND key = ?)
          ORDER BY step
          """, arguments: [run, key])
      var points: [(step: Int, value: Double)] = []
      while let row = try rows.next() {
        points.append((try row.decode(atIndex: 0), try row.decode(Double?.self, atIndex: 1) ?? .nan))
      }
      return points
    }
  }

  /// Names of a run's curves, in the order in which they first appeared.
  package func metricKeys(of run: String) throws -> [String] {
    try read {
      try String.fetchAll($0, sql: "SELECT key FROM series WHERE run = ? ORDER BY id", arguments: [run])
    }
  }
}
