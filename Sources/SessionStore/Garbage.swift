import GRDB
import GraphIR

/// What was freed, or would be.
package struct Garbage: Hashable, Sendable {
  /// Files of weights, and their bytes.
  package var files = 0
  package var byteCount = 0
  /// Versions that went, in the order of their names.
  package var versions: [VersionReference] = []
  /// Cells that undo can't take back any more.
  package var settledCells = 0

  package var isNothing: Bool { self == Garbage() }
}

/// What a session takes on the disk.
package struct SessionSize: Hashable, Sendable {
  /// Bytes of the weights of all versions that are there, each file once.
  package var weights: Int
  /// Of those, bytes of weights that no current model has.
  package var notCurrent: Int
}

extension SessionStore {
  /// Frees what nothing refers to: current models, undo and redo within the limits, what those were made from, and
  /// versions that cells name.
  ///
  /// A crash on the way leaves files, never a model without its file; so does `goesOn`, which hears how many files were
  /// looked at, of how many, and may end it: the next time takes them. Throws `.readOnly`.
  package func freeGarbage(
    undo limits: UndoLimits = .usual, goesOn: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> Garbage {
    let plan = try removeRows(limits: limits, keepsRedo: true, before: .max)
    let removed = objects.removeAll(except: plan.keptObjects, olderThan: -.infinity, goesOn: goesOn)
    try compact()
    return Garbage(plan, files: removed.count, byteCount: removed.byteCount)
  }

  /// What `freeGarbage` would free.
  package func garbage(undo limits: UndoLimits = .usual) throws -> Garbage {
    let plan = try read {
      try GarbagePlan($0, limits: limits, keepsRedo: true, before: .max, now: StoredInstant.now())
    }
    let removed = objects.removable(except: plan.keptObjects)
    return Garbage(plan, files: removed.count, byteCount: removed.byteCount)
  }

  /// Lets what undo keeps beyond its limits go, without freeing files; returns how many cells those were.
  @discardableResult
  package func pruneUndo(_ limits: UndoLimits = .usual) throws -> Int {
    guard try mayExceed(limits) else { return 0 }
    return try write { database in
      let plan = try GarbagePlan(
        database, limits: limits, keepsRedo: true, before: .min, now: StoredInstant.now())
      try plan.apply(database)
      return plan.settledStates.count
    }
  }

  /// Removes the files of weights that no state refers to, if they are at least `age` seconds old.
  ///
  /// States that undo has left and that are that old go first, with their models' versions. Returns how
  /// many files went and their bytes. A crash in between leaves files, never a model without its file.
  package func collectGarbage(olderThan age: Double) throws -> (files: Int, byteCount: Int) {
    let age = min(max(0, age), Double(Int32.max))
    let plan = try removeRows(
      limits: .none, keepsRedo: false, before: StoredInstant.now() - Int64(clamping: age * 1000))
    let removed = objects.removeAll(except: plan.keptObjects, olderThan: age)
    return (removed.count, removed.byteCount)
  }

  /// What the weights of the session take.
  package func size() throws -> SessionSize {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT coalesce(sum(bytes), 0), coalesce(sum(CASE WHEN is_current THEN 0 ELSE bytes END), 0) FROM (
            SELECT max(byte_count) AS bytes, max(id IN (SELECT version_id FROM model)) AS is_current
            FROM model_version GROUP BY object)
          """)
      return SessionSize(
        weights: try row?.decode(Int.self, atIndex: 0) ?? 0,
        notCurrent: try row?.decode(Int.self, atIndex: 1) ?? 0)
    }
  }

  private func removeRows(
    limits: UndoLimits, keepsRedo: Bool, before milliseconds: Int64
  ) throws -> GarbagePlan {
    let plan = try write { database in
      let plan = try GarbagePlan(
        database, limits: limits, keepsRedo: keepsRedo, before: milliseconds, now: StoredInstant.now())
      try plan.apply(database)
      return plan
    }
    forgetRecords()
    return plan
  }

  /// False where nothing can be beyond the limits, which is found out without a look at each state.
  private func mayExceed(_ limits: UndoLimits) throws -> Bool {
    let (count, oldest) = try read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT count(*), min(created_at) FROM state WHERE can_be_undone AND parent IS NOT NULL")
      return (try row?.decode(Int.self, atIndex: 0) ?? 0, try row?.decode(Int64?.self, atIndex: 1))
    }
    guard count > limits.leastCells, let oldest else { return false }
    if count > limits.cells { return true }
    if limits.age.isFinite, oldest < StoredInstant.now() - Int64(clamping: limits.age * 1000) { return true }
    return try size().notCurrent > limits.byteCount
  }

  /// Gives pages of the database that are free back, where they are many.
  private func compact() throws {
    let pages = try read { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0,
        try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
      )
    }
    if pages.1 > 256, pages.1 > pages.0 / 4 { try vacuum() }
  }
}

extension Garbage {
  fileprivate init(_ plan: GarbagePlan, files: Int, byteCount: Int) {
    self.init(
      files: files, byteCount: byteCount,
      versions: plan.versions.values.sorted { ($0.name, $0.version) < ($1.name, $1.version) },
      settledCells: plan.settledStates.count)
  }
}
