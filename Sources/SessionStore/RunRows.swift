package import Foundation
import GRDB

/// What a run was begun with, so that it can be begun again in the same way.
package struct RunOrigin: Hashable, Sendable {
  /// Names the cell that it is of, among all that were ever run: a UUID.
  package var cell: String
  /// Place among the runs of the cell, from 0.
  package var place: Int
  /// The state of the session that the cell began in; nil where that is gone.
  package var state: Int64?
  /// All beside the cell and the session that its bits follow from, as JSON.
  package var conditions: String

  package init(cell: String, place: Int, state: Int64?, conditions: String) {
    self.cell = cell
    self.place = place
    self.state = state
    self.conditions = conditions
  }
}

/// How a run that is written down as it goes came to be where it is.
package struct RunCourse: Hashable, Sendable {
  package var origin: RunOrigin
  /// When it was seen alive last.
  package var heartbeatAt: Date
  /// The process that it runs in, or ran in last.
  package var process: ProcessMark?
  /// When it was taken up again last; nil where it never was stopped.
  package var resumedAt: Date?
  /// Seconds that it computed before that.
  package var secondsBefore: Double
}

/// Columns of the table `run` for runs that are written down while they go on.
enum RunRows {
  static let columns = """
    ALTER TABLE run ADD COLUMN cell TEXT;
    ALTER TABLE run ADD COLUMN place INTEGER;
    ALTER TABLE run ADD COLUMN begun_in_state INTEGER REFERENCES state (id) ON DELETE SET NULL;
    ALTER TABLE run ADD COLUMN conditions TEXT;
    ALTER TABLE run ADD COLUMN heartbeat_at INTEGER;
    ALTER TABLE run ADD COLUMN process INTEGER;
    ALTER TABLE run ADD COLUMN process_started_at INTEGER;
    ALTER TABLE run ADD COLUMN boot TEXT;
    ALTER TABLE run ADD COLUMN resumed_at INTEGER;
    ALTER TABLE run ADD COLUMN seconds_before REAL NOT NULL DEFAULT 0;
    CREATE INDEX run_by_state ON run (begun_in_state);
    CREATE INDEX run_by_cell ON run (cell);

    """

  static func course(_ row: Row) throws -> RunCourse? {
    guard let cell = try row.decode(String?.self, forColumn: "cell"),
      let heartbeat = try row.decode(Int64?.self, forColumn: "heartbeat_at")
    else { return nil }
    var process: ProcessMark?
    if let id = try row.decode(Int32?.self, forColumn: "process"),
      let start = try row.decode(Int64?.self, forColumn: "process_started_at")
    {
      process = ProcessMark(
        id: id, startedAt: start, boot: try row.decode(String?.self, forColumn: "boot") ?? "")
    }
    return RunCourse(
      origin: RunOrigin(
        cell: cell, place: try row.decode(Int?.self, forColumn: "place") ?? 0,
        state: try row.decode(Int64?.self, forColumn: "begun_in_state"),
        conditions: try row.decode(String?.self, forColumn: "conditions") ?? ""),
      heartbeatAt: StoredInstant.date(heartbeat), process: process,
      resumedAt: try row.decode(Int64?.self, forColumn: "resumed_at").map(StoredInstant.date),
      secondsBefore: try row.decode(forColumn: "seconds_before"))
  }

  /// Writes down that a run is alive, and how far; false, and nothing is changed, where it has ended.
  ///
  /// `isStopped`: it may have been written down as stopped.
  static func note(
    _ entry: RunJournal.Entry, of run: String, isStopped: Bool, _ database: Database
  ) throws -> Bool {
    try database.execute(
      sql: """
        UPDATE run SET heartbeat_at = ?, steps_done = ?, epochs_done = ?, settings = ?
        WHERE id = ? AND status IN ('running', ?)
        """,
      arguments: [
        StoredInstant.now(), entry.stepsDone, entry.epochsDone, try StoredText.encode(entry.settings), run,
        (isStopped ? RunRecord.Status.interrupted : .running).rawValue,
      ])
    return database.changesCount == 1
  }

  /// Makes this process the one that a run runs in.
  static func claim(_ run: String, at instant: Int64, _ database: Database) throws {
    let own = ProcessMark.own
    try database.execute(
      sql: "UPDATE run SET heartbeat_at = ?, process = ?, process_started_at = ?, boot = ? WHERE id = ?",
      arguments: [instant, own?.id, own?.startedAt, own?.boot, run])
  }
}

extension RunRecord {
  /// With its course; a run whose process is gone is interrupted, whatever that process could still write down.
  func with(_ course: RunCourse?) -> RunRecord {
    var record = self
    record.course = course
    if status == .running, let process = course?.process, !process.isRunning { record.status = .interrupted }
    return record
  }
}

extension SessionStore {
  /// Writes down a run that begins now, in a write of its own, with this process as the one that it runs in.
  ///
  /// `settings` and `command` are as in `Transaction.beginRun`. Throws `.readOnly`.
  package func beginRun(
    kind: RunRecord.Kind, model: String, settings: [String: String], command: String, origin: RunOrigin
  ) throws -> RunRecord {
    try transaction { transaction in
      var run = try transaction.beginRun(kind: kind, model: model, settings: settings, command: command)
      let database = transaction.database
      try database.execute(
        sql: "UPDATE run SET cell = ?, place = ?, begun_in_state = ?, conditions = ? WHERE id = ?",
        arguments: [origin.cell, origin.place, origin.state, origin.conditions, run.id])
      try RunRows.claim(run.id, at: StoredInstant.milliseconds(run.startedAt), database)
      run.course = RunCourse(
        origin: origin, heartbeatAt: run.startedAt, process: .own, resumedAt: nil, secondsBefore: 0)
      return run
    }
  }

  /// Takes up a run that was stopped, from a checkpoint, in this process: its curves end there.
  package func takeUp(_ run: RunRecord, from checkpoint: CheckpointRecord) throws {
    awaitJournals()
    try transaction { transaction in
      let database = transaction.database
      let instant = StoredInstant.now()
      // Where its process died, it computed until it was seen last.
      try database.execute(
        sql: """
          UPDATE run SET status = 'running', seconds_before = seconds_before
            + max(0, coalesce(ended_at, heartbeat_at, started_at) - coalesce(resumed_at, started_at)) / 1000.0,
            ended_at = NULL, resumed_at = ?, steps_done = ?, epochs_done = ?
          WHERE id = ?
          """,
        arguments: [instant, checkpoint.standing.stepsDone, checkpoint.standing.epochsDone, run.id])
      guard database.changesCount == 1 else { throw StoreError.unknownRun(run.id) }
      try RunRows.claim(run.id, at: instant, database)
      try MetricRows.drop(after: checkpoint.standing.stepsDone, run: run.id, database)
    }
  }

  /// What writes down a run of this session while it goes on.
  package func journal(of run: RunRecord) throws -> RunJournal {
    awaitJournals()
    let last = try read {
      try Int.fetchOne($0, sql: "SELECT max(number) FROM checkpoint WHERE run = ?", arguments: [run.id])
    }
    return RunJournal(
      run: run.id, next: (last ?? 0) + 1, queue: queue, path: databasePath, files: checkpointFiles)
  }

  /// Ends a run that is still marked as running, as it stands.
  package func endRun(_ id: String, _ status: RunRecord.Status) throws {
    try transaction { transaction in
      try transaction.database.execute(
        sql: "UPDATE run SET status = ?, ended_at = ? WHERE id = ? AND status = 'running'",
        arguments: [status.rawValue, StoredInstant.now(), id])
      if status == .failed {
        try transaction.database.execute(sql: "DELETE FROM checkpoint WHERE run = ?", arguments: [id])
      }
    }
    if status == .failed { sweepCheckpoints() }
  }

  /// Takes a run out of the session that came to nothing, with its curves.
  package func discardRun(_ id: String) throws {
    try transaction { transaction in
      let database = transaction.database
      try MetricRows.drop(after: -1, run: id, database)
      try database.execute(sql: "DELETE FROM series WHERE run = ?", arguments: [id])
      try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [id])
    }
    sweepCheckpoints()
  }
}

extension Transaction {
  /// Ends a run that was written down as it went, with what it came to and the settings that it had in the end.
  ///
  /// Throws `.unknownRun`.
  package func settleRun(
    _ id: String, status: RunRecord.Status, epochsDone: Int, stepsDone: Int, settings: [String: String],
    endedAt: Date
  ) throws {
    try finishRun(id, status: status, epochsDone: epochsDone, stepsDone: stepsDone, endedAt: endedAt)
    try database.execute(
      sql: "UPDATE run SET settings = ?, heartbeat_at = ? WHERE id = ?",
      arguments: [try StoredText.encode(settings), StoredInstant.milliseconds(endedAt), id])
  }
}
