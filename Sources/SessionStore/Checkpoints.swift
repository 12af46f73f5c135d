package import Foundation
import GRDB

/// A checkpoint of a run: all but its tensors.
package struct CheckpointRecord: Hashable, Sendable {
  package var run: String
  /// 1 for the first of a run; a number is used once.
  package var number: Int
  package var standing: RunStanding
  /// Size and SHA-256 of the file; the latter empty where it is kept in memory.
  package var byteCount: Int
  package var digest: String
  package var createdAt: Date

  var name: String { "\(run).\(number)" }
}

/// How far a run is, for those who look at it.
package struct RunStanding: Hashable, Sendable {
  package var stepsDone: Int
  package var steps: Int
  package var epochsDone: Int
  package var epochs: Int

  package init(stepsDone: Int, steps: Int, epochsDone: Int, epochs: Int) {
    self.stepsDone = stepsDone
    self.steps = steps
    self.epochsDone = epochsDone
    self.epochs = epochs
  }
}

enum CheckpointRows {
  /// So many of a run are kept while another one is written.
  static let kept = 2

  static let table = """
    CREATE TABLE checkpoint (
      run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, number INTEGER NOT NULL,
      steps_done INTEGER NOT NULL, steps INTEGER NOT NULL, epochs_done INTEGER NOT NULL,
      epochs INTEGER NOT NULL, byte_count INTEGER NOT NULL, digest TEXT NOT NULL,
      created_at INTEGER NOT NULL, PRIMARY KEY (run, number)) WITHOUT ROWID;

    """

  static func insert(_ record: CheckpointRecord, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO checkpoint
          (run, number, steps_done, steps, epochs_done, epochs, byte_count, digest, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        record.run, record.number, record.standing.stepsDone, record.standing.steps,
        record.standing.epochsDone, record.standing.epochs, record.byteCount, record.digest,
        StoredInstant.milliseconds(record.createdAt),
      ])
  }

  /// Those of a run, the newest first.
  static func all(of run: String, _ database: Database) throws -> [CheckpointRecord] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM checkpoint WHERE run = ? ORDER BY number DESC", arguments: [run]
    ).map { row in
      CheckpointRecord(
        run: try row.decode(forColumn: "run"), number: try row.decode(forColumn: "number"),
        standing: RunStanding(
          stepsDone: try row.decode(forColumn: "steps_done"), steps: try row.decode(forColumn: "steps"),
          epochsDone: try row.decode(forColumn: "epochs_done"), epochs: try row.decode(forColumn: "epochs")),
        byteCount: try row.decode(forColumn: "byte_count"), digest: try row.decode(forColumn: "digest"),
        createdAt: StoredInstant.date(try row.decode(forColumn: "created_at")))
    }
  }

  /// Drops those of a run but the newest ones; returns the names of their files.
  static func dropOld(of run: String, keeping count: Int = kept, _ database: Database) throws -> [String] {
    let old = try all(of: run, database).dropFirst(count)
    for record in old {
      try database.execute(
        sql: "DELETE FROM checkpoint WHERE run = ? AND number = ?", arguments: [run, record.number])
    }
    return old.map(\.name)
  }
}

extension SessionStore {
  /// Checkpoints of a run, the newest first.
  package func checkpoints(of run: String) throws -> [CheckpointRecord] {
    awaitJournals()
    return try read { try CheckpointRows.all(of: run, $0) }
  }

  /// Tensors and metadata of a checkpoint; throws `.unreadable` or `.weights` where the file is not what was written.
  package func file(of checkpoint: CheckpointRecord) throws -> WeightsFile {
    try checkpointFiles.read(checkpoint)
  }

  /// The newest checkpoint of each run that has one, by the run's id.
  package func newestCheckpoints() throws -> [String: CheckpointRecord] {
    awaitJournals()
    return try read { database in
      let runs = try String.fetchAll(database, sql: "SELECT DISTINCT run FROM checkpoint")
      return try runs.reduce(into: [:]) { newest, run in
        newest[run] = try CheckpointRows.all(of: run, database).first
      }
    }
  }

  /// Removes the files of checkpoints that no run has any more.
  ///
  /// What can't be read or removed now is removed when the session is opened again.
  package func sweepCheckpoints() {
    guard !isReadOnly else { return }
    awaitJournals()
    let names = try? read { database in
      try Row.fetchAll(database, sql: "SELECT run, number FROM checkpoint").map { row in
        "\(try row.decode(String.self, atIndex: 0)).\(try row.decode(Int.self, atIndex: 1))"
      }
    }
    if let names { checkpointFiles.removeAll(except: Set(names)) }
  }
}

extension Transaction {
  /// Gives up the checkpoints that nobody will go on from now that a run's model is kept: its own, those of earlier runs
  /// of that model, and of the other runs of cells in which nothing is left to go on with.
  package func dropCheckpoints(after run: String, of model: String) throws {
    try database.execute(
      sql: """
        DELETE FROM checkpoint WHERE run = ? OR run IN (
          SELECT id FROM run WHERE model = ? AND status <> 'running'
          AND rowid < (SELECT rowid FROM run WHERE id = ?))
        """, arguments: [run, model, run])
    try database.execute(
      sql: """
        DELETE FROM checkpoint WHERE run IN (
          SELECT done.id FROM run AS done WHERE done.status = 'finished' AND NOT EXISTS (
            SELECT 1 FROM run AS other JOIN checkpoint ON checkpoint.run = other.id
            WHERE other.cell = done.cell AND other.status <> 'finished'))
        """)
  }
}
