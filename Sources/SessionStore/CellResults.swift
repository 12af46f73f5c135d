import GRDB

extension Transaction {
  /// Keeps what a cell gave under a key that stands for its program and all that it used.
  package func keepCellResult(_ result: some Encodable, key: String) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO cell_result (key, result, created_at) VALUES (?, ?, ?)",
      arguments: [key, try StoredText.encode(result), StoredInstant.now()])
  }
}

extension SessionStore {
  /// What was kept under a key; nil where nothing was, or it isn't understood.
  package func cellResult<Result: Decodable>(_ type: Result.Type, key: String) throws -> Result? {
    let text = try read { database in
      try String.fetchOne(database, sql: "SELECT result FROM cell_result WHERE key = ?", arguments: [key])
    }
    return text.flatMap { try? StoredText.decode(type, from: $0) }
  }
}
