import GRDB

/// What undo goes back to: after each cell that changed the session a state, with the one before it as parent and
/// what the cell changed.
enum States {
  /// What was before, by its place.
  typealias Changes = [StatePart: StatePart.Content]

  static func append(cell: String, _ before: Changes, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO state (parent, cell, created_at) SELECT state, ?, ? FROM current_state",
      arguments: [cell, StoredInstant.now()])
    let state = database.lastInsertedRowID
    try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [state])
    for (part, old) in before.sorted(by: { $0.key < $1.key }) {
      let new = try part.content(database)
      if old != new { try write(state, part, old, new, database) }
    }
  }

  /// Makes changes that are no step of undo part of the current state: they go back with it, and not before.
  static func amendCurrent(_ before: Changes, _ database: Database) throws {
    let state = try current(database)
    for (part, old) in before.sorted(by: { $0.key < $1.key }) {
      let new = try part.content(database)
      if old != new { try write(state, part, old, new, database) }
    }
  }

  /// Writes down that the current state has made versions.
  static func note(_ made: [(name: String, version: Int, run: String?)], _ database: Database) throws {
    guard !made.isEmpty else { return }
    let state = try current(database)
    for one in made {
      try database.execute(
        sql: "INSERT INTO state_version (state, name, version, run) VALUES (?, ?, ?, ?)",
        arguments: [state, one.name, one.version, one.run])
    }
  }

  /// What a state changed twice, it changed from what was there first.
  private static func write(
    _ state: Int64, _ part: StatePart, _ old: StatePart.Content, _ new: StatePart.Content,
    _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO state_change (state, part, name, old_value, old_version, new_value, new_version)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (state, part, name)
        DO UPDATE SET new_value = excluded.new_value, new_version = excluded.new_version
        """,
      arguments: [state, part.kind.rawValue, part.name, old.value, old.version, new.value, new.version])
  }

  /// Goes back to the parent of the current state; nil where there is none that undo can come to.
  static func goBack(_ database: Database) throws -> UndoneCell? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT parent, cell, created_at, state.id FROM state JOIN current_state ON state.id = current_state.state
        WHERE can_be_undone
        """)
    guard let row, let parent = try row.decode(Int64?.self, atIndex: 0),
      let cell = try row.decode(String?.self, atIndex: 1)
    else { return nil }
    let createdAt = StoredInstant.date(try row.decode(atIndex: 2))
    for change in try changes(of: try row.decode(atIndex: 3), database) {
      try change.part.put(change.old, database)
    }
    try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [parent])
    return UndoneCell(cell: cell, createdAt: createdAt)
  }

  /// Goes forward to the state that undo left last: of those made from the current one, the newest; nil where there is
  /// none.
  static func goForward(_ database: Database) throws -> UndoneCell? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT id, cell, created_at FROM state
        WHERE parent = (SELECT state FROM current_state) AND can_be_undone ORDER BY id DESC LIMIT 1
        """)
    guard let row, let cell = try row.decode(String?.self, atIndex: 1) else { return nil }
    let state = try row.decode(Int64.self, atIndex: 0)
    let createdAt = StoredInstant.date(try row.decode(atIndex: 2))
    for change in try changes(of: state, database) {
      // What was changed since, outside of a cell, is what the next undo goes back to.
      let present = try change.part.content(database)
      if present != change.old {
        try database.execute(
          sql: """
            UPDATE state_change SET old_value = ?, old_version = ? WHERE state = ? AND part = ? AND name = ?
            """,
          arguments: [present.value, present.version, state, change.part.kind.rawValue, change.part.name])
      }
      try change.part.put(change.new, database)
    }
    try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [state])
    return UndoneCell(cell: cell, createdAt: createdAt)
  }

  /// The cells from the current state back, the last first, and those that undo left, the next first.
  static func steps(_ database: Database, limit: Int) throws -> (back: [UndoneCell], forward: [UndoneCell]) {
    let back = try Row.fetchAll(
      database,
      sql: """
        WITH RECURSIVE past (id, parent, cell, created_at, depth) AS (
          SELECT state.id, parent, cell, created_at, 1 FROM state JOIN current_state
          ON state.id = current_state.state WHERE can_be_undone
          UNION ALL SELECT state.id, state.parent, state.cell, state.created_at, depth + 1
          FROM state JOIN past ON state.id = past.parent WHERE can_be_undone AND depth < ?)
        SELECT cell, created_at FROM past WHERE parent IS NOT NULL AND cell IS NOT NULL ORDER BY id DESC LIMIT ?
        """, arguments: [limit, limit])
    let forward = try Row.fetchAll(
      database,
      sql: """
        WITH RECURSIVE next (id, cell, created_at) AS (
          SELECT max(state.id), state.cell, state.created_at FROM state
          WHERE parent = (SELECT state FROM current_state) AND can_be_undone HAVING max(state.id) IS NOT NULL
          UNION ALL
          SELECT state.id, state.cell, state.created_at FROM state JOIN next
          ON state.id = (SELECT max(id) FROM state AS child WHERE child.parent = next.id AND can_be_undone))
        SELECT cell, created_at FROM next LIMIT ?
        """, arguments: [limit])
    func cells(_ rows: [Row]) throws -> [UndoneCell] {
      try rows.map {
        UndoneCell(cell: try $0.decode(atIndex: 0), createdAt: StoredInstant.date(try $0.decode(atIndex: 1)))
      }
    }
    return (try cells(back), try cells(forward))
  }

  /// Makes a state the current one, over undone cells and cells done again; false, somewhere on the way, where they
  /// don't lead there any more.
  static func travel(to state: Int64, _ database: Database) throws -> Bool {
    var path: [Int64] = []
    var next: Int64? = state
    while let id = next, !path.contains(id),
      let row = try Row.fetchOne(
        database, sql: "SELECT parent FROM state WHERE id = ?", arguments: [id])
    {
      path.append(id)
      next = try row.decode(Int64?.self, atIndex: 0)
    }
    while try !path.contains(current(database)) {
      guard try goBack(database) != nil else { return false }
    }
    let here = try current(database)
    for child in path.prefix(while: { $0 != here }).reversed() {
      let isKept = try Bool.fetchOne(
        database, sql: "SELECT can_be_undone FROM state WHERE id = ?", arguments: [child])
      guard isKept == true else { return false }
      for change in try changes(of: child, database) { try change.part.put(change.new, database) }
      try database.execute(sql: "UPDATE current_state SET state = ?", arguments: [child])
    }
    return true
  }

  private static func changes(
    of state: Int64, _ database: Database
  ) throws -> [(part: StatePart, old: StatePart.Content, new: StatePart.Content)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT part, name, old_value, old_version, new_value, new_version FROM state_change
        WHERE state = ? ORDER BY part, name
        """, arguments: [state]
    ).map { row in
      guard let kind = StatePart.Kind(rawValue: try row.decode(atIndex: 0)) else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a change of a state can't be decoded")
      }
      return (
        StatePart(kind: kind, name: try row.decode(atIndex: 1)),
        StatePart.Content(value: try row.decode(atIndex: 2), version: try row.decode(atIndex: 3)),
        StatePart.Content(value: try row.decode(atIndex: 4), version: try row.decode(atIndex: 5))
      )
    }
  }

  static func current(_ database: Database) throws -> Int64 {
    guard let state = try Int64.fetchOne(database, sql: "SELECT state FROM current_state") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the current state is missing")
    }
    return state
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
}
