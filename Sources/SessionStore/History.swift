import GRDB

extension SessionStore {
  /// The last cells that were entered, at most `limit`, the oldest of them first, without those of a status.
  ///
  /// Throws `.damagedHistory`.
  package func history(limit: Int, except status: String? = nil) throws -> [String] {
    try asHistory {
      try read { database in
        try String.fetchAll(
          database, sql: "SELECT cell FROM history WHERE status IS NOT ? ORDER BY id DESC LIMIT ?",
          arguments: [status, max(0, limit)]
        ).reversed()
      }
    }
  }

  /// Keeps a cell, also one that failed, with its status (`ok`, `error`, `interrupted`, `unread`) and its time.
  ///
  /// A write of its own, outside any transaction. Throws `.damagedHistory` or `.readOnly`.
  package func remember(_ cell: String, status: String, seconds: Double) throws {
    try asHistory {
      try write { database in
        try database.execute(
          sql: "INSERT INTO history (cell, status, seconds, created_at) VALUES (?, ?, ?, ?)",
          arguments: [cell, status, seconds.isFinite ? seconds : 0, StoredInstant.now()])
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
