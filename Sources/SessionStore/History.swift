import GRDB

/// How a cell of the history ended.
package enum HistoryStatus {
  /// It runs, or its process was killed before that was written down.
  package static let running = "running"
  /// The process that ran it ended first.
  package static let killed = "killed"
}

/// A cell that was entered.
package struct HistoryCell: Hashable, Sendable {
  package var cell: String
  /// `ok`, `error`, `interrupted`, `unread`, `running`, `killed`.
  package var status: String
  /// From its start to its end; 0 where that is not known.
  package var seconds: Double
}

extension SessionStore {
  /// The last cells that were entered, at most `limit`, the oldest of them first, without those of a status.
  ///
  /// Throws `.damagedHistory`.
  package func history(limit: Int, except status: String? = nil) throws -> [String] {
    try cells(limit: limit, except: status).map(\.cell)
  }

  /// The same with how they ended.
  package func cells(limit: Int, except status: String? = nil) throws -> [HistoryCell] {
    try asHistory {
      try read { database in
        try Row.fetchAll(
          database,
          sql: "SELECT cell, status, seconds FROM history WHERE status IS NOT ? ORDER BY id DESC LIMIT ?",
          arguments: [status, max(0, limit)]
        ).reversed().map { row in
          HistoryCell(
            cell: try row.decode(atIndex: 0), status: try row.decode(atIndex: 1),
            seconds: try row.decode(atIndex: 2))
        }
      }
    }
  }

  /// Keeps a cell, also one that failed, with its status (`ok`, `error`, `interrupted`, `unread`) and its time; returns
  /// the number of its row.
  ///
  /// A cell that is about to run is kept as `running` first, and ended by `endCell`. A write of its own, outside any
  /// transaction. Throws `.damagedHistory` or `.readOnly`.
  @discardableResult
  package func remember(_ cell: String, status: String, seconds: Double) throws -> Int64 {
    try asHistory {
      try write { database in
        try database.execute(
          sql: "INSERT INTO history (cell, status, seconds, created_at) VALUES (?, ?, ?, ?)",
          arguments: [cell, status, seconds.isFinite ? seconds : 0, StoredInstant.now()])
        return database.lastInsertedRowID
      }
    }
  }

  /// Writes down how a cell that was kept as running ended.
  package func endCell(_ row: Int64, status: String, seconds: Double) throws {
    try asHistory {
      try write { database in
        try database.execute(
          sql: "UPDATE history SET status = ?, seconds = ? WHERE id = ?",
          arguments: [status, seconds.isFinite ? seconds : 0, row])
      }
    }
  }

  /// Damage that shows here disables nothing else.
  private func asHistory<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch StoreError.damagedStore(let path, let reason) {
      throw StoreError.damagedHistory(path: path, reason: reason)
    }
  }
}

/// Cells that were running when their process ended.
enum AbandonedCells {
  /// Marks them as killed; this process holds the lock, so none of them runs.
  ///
  /// A run that was going on tells until when it did; else the time is not known. A history that is damaged stays as it
  /// is, and is reported with the session's other problems.
  static func end(_ database: Database) throws {
    do {
      try database.execute(
        sql: "UPDATE history SET status = ? WHERE status = ?",
        arguments: [HistoryStatus.killed, HistoryStatus.running])
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return
    }
  }
}
