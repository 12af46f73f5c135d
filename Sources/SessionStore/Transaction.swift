import GRDB

/// Changes to a session that take effect together, inside `SessionStore.transaction`.
package final class Transaction {
  let store: SessionStore
  let database: Database
  /// The cell that the changes belong to; nil adds them to the state that is current.
  private var cell: String?
  /// True once models, settings or definitions differ.
  var changesState = false
  /// What stood under the names that were changed.
  var before: States.Changes = [:]
  /// Versions that were made.
  var made: [(name: String, version: Int, run: String?)] = []
  /// Objects whose files are there since this transaction alone.
  var writtenObjects: [String] = []

  init(store: SessionStore, database: Database) {
    self.store = store
    self.database = database
  }

  /// Makes this transaction one step of undo: the cell, as the user wrote it, and all that changes here.
  ///
  /// Changes of a transaction that records no state are taken as part of the state before: undo keeps them.
  package func recordState(cell: String) { self.cell = cell }

  func finish() throws {
    if let cell {
      try States.append(cell: cell, before, database)
    } else if changesState {
      try States.amendCurrent(before, database)
    }
    try States.note(made, database)
  }

  /// Keeps a setting of the session, such as the chosen data or the seed; nil removes it.
  package func set(_ key: String, to value: String?) throws {
    try note(.setting, key)
    if let value {
      try database.execute(
        sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", arguments: [key, value])
    } else {
      try database.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [key])
    }
  }

  /// Keeps what a name stands for, in the words of the language: `conv(16, 3) > relu > fc(10)`; nil removes it.
  package func define(_ name: String, _ words: String?) throws {
    try note(.definition, name)
    if let words {
      try database.execute(
        sql: "INSERT OR REPLACE INTO definition (name, words) VALUES (?, ?)", arguments: [name, words])
    } else {
      try database.execute(sql: "DELETE FROM definition WHERE name = ?", arguments: [name])
    }
  }
}

extension SessionStore {
  /// A setting of the session; nil where it was not set.
  package func setting(_ key: String) throws -> String? {
    try read { try String.fetchOne($0, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key]) }
  }

  /// Every setting by its key.
  package func settings() throws -> [String: String] {
    try pairs("SELECT key, value FROM setting")
  }

  /// What names in the language stand for, in its own words.
  package func definitions() throws -> [String: String] {
    try pairs("SELECT name, words FROM definition")
  }

  func pairs(_ sql: String, _ arguments: StatementArguments = []) throws -> [String: String] {
    try read { try Self.pairs(sql, arguments, in: $0) }
  }

  static func pairs(
    _ sql: String, _ arguments: StatementArguments = [], in database: Database
  ) throws -> [String: String] {
    var pairs: [String: String] = [:]
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      pairs[try row.decode(atIndex: 0)] = try row.decode(String.self, atIndex: 1)
    }
    return pairs
  }
}
