import GRDB
import GraphIR

/// What undo goes back to: after each cell that changed the session, a copy of its models' versions,
/// settings and definitions, with the state before it as parent.
enum States {
  /// Tables of the session as it stands, and their columns in the copies.
  private static let tables = [
    (table: "model", columns: "name, version_id, figures"),
    (table: "setting", columns: "key, value"),
    (table: "definition", columns: "name, words"),
  ]

  static func append(cell: String, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO state (parent, cell, created_at) SELECT state, ?, ? FROM current_state",
      arguments: [cell, StoredInstant.now()])
    let state = database.lastInsertedRowID
    try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [state])
    try copyCurrent(to: state, database)
  }

  /// Makes the current state's copy what the session is, without a step of undo.
  static func replaceCurrent(_ database: Database) throws {
    let state = try current(database)
    for (table, _) in tables {
      try database.execute(sql: "DELETE FROM state_\(table) WHERE state = ?", arguments: [state])
    }
    try copyCurrent(to: state, database)
  }

  /// Goes back to the parent of the current state; nil where there is none.
  static func goBack(_ database: Database) throws -> UndoneCell? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT parent, cell, created_at FROM state JOIN current_state ON state.id = current_state.state")
    guard let row, let parent = try row.decode(Int64?.self, atIndex: 0),
      let cell = try row.decode(String?.self, atIndex: 1)
    else { return nil }
    let createdAt = StoredInstant.date(try row.decode(atIndex: 2))
    try makeCurrent(parent, database)
    return UndoneCell(cell: cell, createdAt: createdAt)
  }

  /// Goes forward to the state that undo left last: of those made from the current one, the newest; nil where there is
  /// none.
  static func goForward(_ database: Database) throws -> UndoneCell? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT id, cell, created_at FROM state WHERE parent = (SELECT state FROM current_state)
        ORDER BY id DESC LIMIT 1
        """)
    guard let row, let cell = try row.decode(String?.self, atIndex: 1) else { return nil }
    let createdAt = StoredInstant.date(try row.decode(atIndex: 2))
    try makeCurrent(try row.decode(Int64.self, atIndex: 0), database)
    return UndoneCell(cell: cell, createdAt: createdAt)
  }

  /// The cells from the current state back, the last first, and those that undo left, the next first.
  static func steps(_ database: Database, limit: Int) throws -> (back: [UndoneCell], forward: [UndoneCell]) {
    let back = try Row.fetchAll(
      database,
      sql: """
        WITH RECURSIVE past (id, parent, cell, created_at) AS (
          SELECT state.id, parent, cell, created_at FROM state JOIN current_state ON state.id = current_state.state
          UNION SELECT state.id, state.parent, state.cell, state.created_at FROM state JOIN past ON state.id = past.parent)
        SELECT cell, created_at FROM past WHERE parent IS NOT NULL AND cell IS NOT NULL ORDER BY id DESC LIMIT ?
        """, arguments: [limit])
    let forward = try Row.fetchAll(
      database,
      sql: """
        WITH RECURSIVE next (id, cell, created_at) AS (
          SELECT max(state.id), state.cell, state.created_at FROM state WHERE parent = (SELECT state FROM current_state)
          HAVING max(state.id) IS NOT NULL
          UNION ALL
          SELECT state.id, state.cell, state.created_at FROM state JOIN next
          ON state.id = (SELECT max(id) FROM state AS child WHERE child.parent = next.id))
        SELECT cell, created_at FROM next LIMIT ?
        """, arguments: [limit])
    func cells(_ rows: [Row]) throws -> [UndoneCell] {
      try rows.map {
        UndoneCell(cell: try $0.decode(atIndex: 0), createdAt: StoredInstant.date(try $0.decode(atIndex: 1)))
      }
    }
    return (try cells(back), try cells(forward))
  }

  /// Makes the copy of a state what the session is.
  private static func makeCurrent(_ state: Int64, _ database: Database) throws {
    try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [state])
    for (table, columns) in tables {
      try database.execute(sql: "DELETE FROM \(table)")
      try database.execute(
        sql: "INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM state_\(table) WHERE state = ?",
        arguments: [state])
    }
  }

  /// Drops states that undo can't come to any more, older than `milliseconds` since 1970, and then the
  /// versions that are in no state.
  static func dropUnreachable(before milliseconds: Int64, _ database: Database) throws {
    try database.execute(
      sql: """
        WITH RECURSIVE reachable (id) AS (
          SELECT state FROM current_state
          UNION SELECT parent FROM state JOIN reachable USING (id) WHERE parent IS NOT NULL)
        DELETE FROM state WHERE created_at <= ? AND id NOT IN (SELECT id FROM reachable)
        """, arguments: [milliseconds])
    try database.execute(
      sql: """
        DELETE FROM model_version WHERE created_at <= ?
        AND id NOT IN (SELECT version_id FROM state_model) AND id NOT IN (SELECT version_id FROM model)
        """, arguments: [milliseconds])
  }

  private static func current(_ database: Database) throws -> Int64 {
    guard let state = try Int64.fetchOne(database, sql: "SELECT state FROM current_state") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the current state is missing")
    }
    return state
  }

  private static func copyCurrent(to state: Int64, _ database: Database) throws {
    for (table, columns) in tables {
      try database.execute(
        sql: "INSERT INTO state_\(table) (state, \(columns)) SELECT ?, \(columns) FROM \(table)",
        arguments: [state])
    }
  }
}

extension SessionStore {
  /// Goes back to the session before the last cell that changed it; returns that cell, nil at the beginning.
  ///
  /// Models' versions and figures, settings and definitions go back; runs, metrics and history stay.
  package func undo() throws -> UndoneCell? { try write(States.goBack) }

  /// The same for several cells, as one write; returns those that it took back, the last first: fewer where there are
  /// no more.
  package func undo(_ count: Int) throws -> [UndoneCell] {
    try write { database in
      var cells: [UndoneCell] = []
      while cells.count < count, let cell = try States.goBack(database) { cells.append(cell) }
      return cells
    }
  }

  /// Does again what undo took back last, cell by cell, as long as no other cell changed the session since; returns
  /// them in their order.
  package func redo(_ count: Int = 1) throws -> [UndoneCell] {
    try write { database in
      var cells: [UndoneCell] = []
      while cells.count < count, let cell = try States.goForward(database) { cells.append(cell) }
      return cells
    }
  }

  /// The cells that undo would take back, the last first, and those that redo would do again, the next first.
  package func steps(limit: Int) throws -> (back: [UndoneCell], forward: [UndoneCell]) {
    try read { try States.steps($0, limit: max(0, limit)) }
  }

  /// Removes the files of weights that no state refers to, if they are at least `age` seconds old.
  ///
  /// States that undo has left and that are that old go first, with their models' versions. Returns how
  /// many files went and their bytes. A crash in between leaves files, never a model without its file.
  package func collectGarbage(olderThan age: Double) throws -> (files: Int, byteCount: Int) {
    let age = min(max(0, age), Double(Int32.max))
    let limit = StoredInstant.now() - Int64(clamping: age * 1000)
    let kept = try write { database in
      try States.dropUnreachable(before: limit, database)
      return try Set(String.fetchAll(database, sql: "SELECT DISTINCT object FROM model_version"))
    }
    graphs = [:]
    let removed = objects.removeAll(except: kept, olderThan: age)
    return (removed.count, removed.byteCount)
  }
}
