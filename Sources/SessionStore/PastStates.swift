import GRDB

/// The session as it stood at a state that undo can go back to, or has left.
extension SessionStore {
  /// True where undo and redo still lead to the state.
  package func hasState(_ state: Int64) throws -> Bool { try standing(at: state) { _ in true } ?? false }

  /// Models of a state, the one that was made first at the front, without those whose row is damaged.
  package func models(at state: Int64) throws -> [ModelRecord] {
    try standing(at: state) { try self.models(in: $0) } ?? []
  }

  package func settings(at state: Int64) throws -> [String: String] {
    try standing(at: state) { try SessionStore.pairs("SELECT key, value FROM setting", in: $0) } ?? [:]
  }

  package func definitions(at state: Int64) throws -> [String: String] {
    try standing(at: state) { try SessionStore.pairs("SELECT name, words FROM definition", in: $0) } ?? [:]
  }

  /// Reads at a state, and leaves the session as it stands; nil where undo and redo don't lead there.
  private func standing<Value>(at state: Int64, _ body: (Database) throws -> Value) throws -> Value? {
    guard !isReadOnly else { throw StoreError.readOnly(lockHolder: lockHolder) }
    var value: Value?
    do {
      try queue.inTransaction { database in
        if try States.travel(to: state, database) { value = try body(database) }
        return .rollback
      }
    } catch { throw StoreError.from(error, path: databasePath) }
    return value
  }
}
