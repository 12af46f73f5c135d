import GRDB

/// A cell that changed a session, of those that made it what it is.
package struct SessionStep: Hashable, Sendable {
  /// Numbers the state behind it; later ones are greater.
  package var state: Int64
  /// What ran of it, as the user wrote it.
  package var cell: String
  /// Runs of it that were stopped, and whose models were kept as they were then.
  package var stopped: [RunRecord]
}

extension SessionStore {
  /// The cells that made the session what it is, the oldest first: without those that undo took back.
  package func steps() throws -> [SessionStep] {
    let cells = try read { database in
      try Row.fetchAll(
        database,
        sql: """
          WITH RECURSIVE chain (id) AS (
            SELECT state FROM current_state
            UNION SELECT parent FROM state JOIN chain USING (id) WHERE parent IS NOT NULL)
          SELECT id, cell FROM state WHERE id IN (SELECT id FROM chain) AND cell IS NOT NULL ORDER BY id
          """
      ).map { row in
        (state: try row.decode(Int64.self, atIndex: 0), cell: try row.decode(String.self, atIndex: 1))
      }
    }
    let stopped = try stoppedRuns()
    return cells.map { SessionStep(state: $0.state, cell: $0.cell, stopped: stopped[$0.state] ?? []) }
  }

  /// Numbers the session as it stands: another cell that changes it, undo and redo give another number.
  package func currentState() throws -> Int64 {
    try read { try Int64.fetchOne($0, sql: "SELECT state FROM current_state") ?? 0 }
  }

  /// The state that made each version of each model, by "name@version", as far as it is known.
  package func makers() throws -> [String: Int64] {
    try read { database in
      var makers: [String: Int64] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT state, name, version FROM state_version")
      while let row = try rows.next() {
        let reference = VersionReference(try row.decode(atIndex: 1), try row.decode(atIndex: 2))
        makers[reference.text] = try row.decode(Int64.self, atIndex: 0)
      }
      return makers
    }
  }

  /// The cell that made a version, as the user wrote it, also one that undo took back; nil where that is not known.
  package func cell(making reference: VersionReference) throws -> String? {
    try read { database in
      try String.fetchOne(
        database,
        sql: """
          SELECT cell FROM state JOIN state_version ON state_version.state = state.id
          WHERE name = ? AND version = ? AND cell IS NOT NULL
          """, arguments: [reference.name, reference.version])
    }
  }

  /// Stopped runs whose models a state made.
  private func stoppedRuns() throws -> [Int64: [RunRecord]] {
    let found = try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT state, run FROM state_version JOIN run ON run.id = state_version.run
          WHERE run.status = 'interrupted'
          """
      ).map { row in
        (state: try row.decode(Int64.self, atIndex: 0), run: try row.decode(String.self, atIndex: 1))
      }
    }
    guard !found.isEmpty else { return [:] }
    let runs = Dictionary(try runs().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return found.reduce(into: [:]) { stopped, pair in
      if let run = runs[pair.run] { stopped[pair.state, default: []].append(run) }
    }
  }
}
