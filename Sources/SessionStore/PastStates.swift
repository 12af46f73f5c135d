import GRDB

/// The session as it stood at a state that undo can go back to, or has left.
extension SessionStore {
  /// True where the state is still there.
  package func hasState(_ state: Int64) throws -> Bool {
    try read {
      try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM state WHERE id = ?)", arguments: [state])
        ?? false
    }
  }

  /// Models of a state, the one that was made first at the front, without those whose row is damaged.
  package func models(at state: Int64) throws -> [ModelRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT v.id, m.name, v.version, v.kind, v.graph, v.object, v.byte_count, m.figures, v.details, v.run,
            v.created_at
          FROM state_model AS m JOIN model_version AS v ON v.id = m.version_id WHERE m.state = ? ORDER BY v.id
          """, arguments: [state]
      ).compactMap { row in
        do {
          return try record(row)
        } catch StoreError.damagedModel {
          return nil
        }
      }
    }
  }

  package func settings(at state: Int64) throws -> [String: String] {
    try pairs("SELECT key, value FROM state_setting WHERE state = ?", [state])
  }

  package func definitions(at state: Int64) throws -> [String: String] {
    try pairs("SELECT name, words FROM state_definition WHERE state = ?", [state])
  }
}
