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
    let run = RunRecord(
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
  /// Every run, the oldest first.
  package func runs() throws -> [RunRecord] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM run ORDER BY rowid").map(record)
    }
  }

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

  private func record(_ row: Row) throws -> RunRecord {
    let kind = try row.decode(String.self, forColumn: "kind")
    let status = try row.decode(String.self, forColumn: "status")
    guard let kind = RunRecord.Kind(rawValue: kind), let status = RunRecord.Status(rawValue: status),
      let settings = try? StoredText.decode(
        [String: String].self, from: row.decode(String.self, forColumn: "settings"))
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a run can't be decoded") }
    return RunRecord(
      id: try row.decode(forColumn: "id"), kind: kind, model: try row.decode(forColumn: "model"),
      status: status, startedAt: StoredInstant.date(try row.decode(forColumn: "started_at")),
      endedAt: try row.decode(Int64?.self, forColumn: "ended_at").map(StoredInstant.date),
      settings: settings, command: try row.decode(forColumn: "command"),
      epochsDone: try row.decode(forColumn: "epochs_done"), stepsDone: try row.decode(forColumn: "steps_done")
    ).with(try RunRows.course(row))
  }
}
