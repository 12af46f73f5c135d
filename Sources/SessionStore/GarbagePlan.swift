import GRDB
import GraphIR

/// What nothing in a session refers to.
///
/// Kept are the current models; what undo and redo bring back; what those were started from and taught by, over as many
/// steps as it took; and versions that a cell of the session names.
struct GarbagePlan {
  /// States that neither undo nor redo comes to.
  private(set) var deadStates: [Int64] = []
  /// States that undo comes to no more: their cells stay, what it would bring back goes.
  private(set) var settledStates: [Int64] = []
  /// Versions that go, by their rows.
  private(set) var versions: [Int64: VersionReference] = [:]
  /// Objects that stay.
  private(set) var keptObjects: Set<String> = []

  private struct State {
    var id: Int64
    var parent: Int64?
    var createdAt: Int64
    var canBeUndone: Bool
  }

  private struct Version {
    var reference: VersionReference
    var object: String
    var byteCount: Int
    var createdAt: Int64
  }

  private var all: [Int64: Version] = [:]
  private var rows: [VersionReference: Int64] = [:]
  /// Versions before and after a state's cell.
  private var changes: [Int64: (old: [Int64], new: [Int64])] = [:]

  /// - Parameters:
  ///   - limits: What of undo stays.
  ///   - keepsRedo: Whether what undo left stays, too.
  ///   - milliseconds: States and versions that are younger, since 1970, stay in any case.
  init(
    _ database: Database, limits: UndoLimits, keepsRedo: Bool, before milliseconds: Int64, now: Int64
  ) throws {
    try readVersions(database)
    try readChanges(database)
    let states = try Self.states(database)
    let current = try States.current(database)
    let chain = Self.chain(from: current, states)
    var reachable = Set(chain.map(\.id))
    if keepsRedo { reachable.formUnion(Self.redone(after: current, states)) }
    deadStates = states.values.filter { !reachable.contains($0.id) && $0.createdAt <= milliseconds }.map(\.id)
      .sorted()
    var kept = Set(
      try Int64.fetchAll(database, sql: "SELECT version_id FROM model"))
    kept.formUnion(try namedVersions(Set(states.keys).subtracting(deadStates), database))
    try addOrigins(to: &kept, database)
    settledStates = settled(chain, limits, kept, now)
    let gone = Set(deadStates).union(settledStates)
    for (state, change) in changes where !gone.contains(state) {
      kept.formUnion(change.old)
      kept.formUnion(change.new)
    }
    try addOrigins(to: &kept, database)
    for (row, version) in all where !kept.contains(row) && version.createdAt <= milliseconds {
      versions[row] = version.reference
    }
    keptObjects = Set(all.filter { versions[$0.key] == nil }.map(\.value.object))
  }

  var isNothing: Bool { deadStates.isEmpty && settledStates.isEmpty && versions.isEmpty }

  /// Takes the rows away; files are to go when that has reached the disk.
  func apply(_ database: Database) throws {
    for state in settledStates {
      try database.execute(sql: "DELETE FROM state_change WHERE state = ?", arguments: [state])
      try database.execute(sql: "UPDATE state SET can_be_undone = 0 WHERE id = ?", arguments: [state])
    }
    for state in deadStates {
      try database.execute(sql: "DELETE FROM state WHERE id = ?", arguments: [state])
    }
    for row in versions.keys.sorted() {
      try database.execute(sql: "DELETE FROM model_version WHERE id = ?", arguments: [row])
    }
  }
}

// What refers to what.
extension GarbagePlan {
  private mutating func readVersions(_ database: Database) throws {
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT id, name, version, object, byte_count, created_at FROM model_version")
    while let row = try cursor.next() {
      let id = try row.decode(Int64.self, atIndex: 0)
      let reference = VersionReference(try row.decode(atIndex: 1), try row.decode(atIndex: 2))
      all[id] = Version(
        reference: reference, object: try row.decode(atIndex: 3), byteCount: try row.decode(atIndex: 4),
        createdAt: try row.decode(atIndex: 5))
      rows[reference] = id
    }
  }

  private mutating func readChanges(_ database: Database) throws {
    let cursor = try Row.fetchCursor(
      database,
      sql: """
        SELECT state, old_version, new_version FROM state_change
        WHERE old_version IS NOT NULL OR new_version IS NOT NULL
        """)
    while let row = try cursor.next() {
      let state = try row.decode(Int64.self, atIndex: 0)
      if let old = try row.decode(Int64?.self, atIndex: 1) {
        changes[state, default: ([], [])].old.append(old)
      }
      if let new = try row.decode(Int64?.self, atIndex: 2) {
        changes[state, default: ([], [])].new.append(new)
      }
    }
  }

  private static func states(_ database: Database) throws -> [Int64: State] {
    var states: [Int64: State] = [:]
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT id, parent, created_at, can_be_undone FROM state")
    while let row = try cursor.next() {
      let id = try row.decode(Int64.self, atIndex: 0)
      states[id] = State(
        id: id, parent: try row.decode(atIndex: 1), createdAt: try row.decode(atIndex: 2),
        canBeUndone: try row.decode(atIndex: 3))
    }
    return states
  }

  /// The current state and those before it, the newest first.
  private static func chain(from current: Int64, _ states: [Int64: State]) -> [State] {
    var chain: [State] = []
    var seen: Set<Int64> = []
    var next = states[current]
    while let state = next, seen.insert(state.id).inserted {
      chain.append(state)
      next = state.parent.flatMap { states[$0] }
    }
    return chain
  }

  /// The states that redo comes to.
  private static func redone(after current: Int64, _ states: [Int64: State]) -> [Int64] {
    var children: [Int64: Int64] = [:]
    for state in states.values {
      if let parent = state.parent { children[parent] = max(children[parent] ?? state.id, state.id) }
    }
    var found: [Int64] = []
    var next = children[current]
    // A child is younger than its parent, or the file is damaged.
    while let state = next, state > found.last ?? current {
      found.append(state)
      next = children[state]
    }
    return found
  }

  /// Versions that cells name.
  private func namedVersions(_ states: Set<Int64>, _ database: Database) throws -> Set<Int64> {
    var found: Set<Int64> = []
    let cursor = try Row.fetchCursor(database, sql: "SELECT id, cell FROM state WHERE cell LIKE '%@%'")
    while let row = try cursor.next() {
      guard states.contains(try row.decode(atIndex: 0)) else { continue }
      for reference in VersionReference.all(in: try row.decode(atIndex: 1)) {
        if let row = rows[reference] { found.insert(row) }
      }
    }
    return found
  }

  /// Adds what versions were started from and taught by, over as many steps as it took.
  private func addOrigins(to kept: inout Set<Int64>, _ database: Database) throws {
    var open = Array(kept)
    while let row = open.popLast() {
      let text = try String.fetchOne(
        database, sql: "SELECT details FROM model_version WHERE id = ?", arguments: [row])
      // Details that can't be read tell of no origin.
      guard let text, let details = try? StoredText.decode([String: String].self, from: text) else {
        continue
      }
      for origin in OriginRecord.all(in: details[OriginRecord.detailKey]) {
        if let row = rows[origin.reference], kept.insert(row).inserted { open.append(row) }
      }
    }
  }

  /// Of the states of a chain, those that are beyond the limits.
  private func settled(
    _ chain: [State], _ limits: UndoLimits, _ kept: Set<Int64>, _ now: Int64
  ) -> [Int64] {
    let undoable = chain.prefix { $0.canBeUndone && $0.parent != nil }
    let oldest = limits.age.isFinite ? now - Int64(clamping: limits.age * 1000) : .min
    var objects = Set(kept.compactMap { all[$0]?.object })
    var bytes = 0
    for (place, state) in undoable.enumerated() {
      for version in (changes[state.id]?.old ?? []).compactMap({ all[$0] })
      where objects.insert(version.object).inserted {
        bytes =
          bytes.addingReportingOverflow(max(0, version.byteCount)).overflow
          ? .max : bytes + max(0, version.byteCount)
      }
      let isBeyond = place >= limits.cells || state.createdAt < oldest || bytes > limits.byteCount
      if isBeyond, place >= limits.leastCells { return undoable[place...].map(\.id) }
    }
    return []
  }
}
