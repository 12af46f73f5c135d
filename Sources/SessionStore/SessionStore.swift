import GRDB
import GraphIR

/// A session: models, runs, metrics, settings and the history of cells, on disk.
///
/// A folder with `store.db`, `objects/` for the weights, and `lock`. One process writes; others read. Every
/// method that reads may also be called inside a transaction, and sees its changes. What is thrown is a
/// `StoreError`. An instance is used by one thread at a time.
package final class SessionStore {
  /// True where another process writes to the session, or its folder may not be written.
  package let isReadOnly: Bool
  /// Process that writes to the session instead; nil where this one does, or the process is not known.
  package let lockHolder: Int32?
  /// `store.db`, as it was opened.
  package let databasePath: String
  /// What is wrong with a stored model's details, by which they are read, as a clause; nil where nothing is.
  package var flawOfDetails: ([String: String]) -> String? = { _ in nil } {
    didSet { soundDetails = [] }
  }

  let objects: ObjectFiles
  let checkpointFiles: CheckpointFiles
  /// Graphs by the row of their version: rows never change, and decoding takes long for a prompt.
  var graphs: [Int64: Graph] = [:]
  /// Whole models by the row of their version, with the figures that they were read with.
  var records: [Int64: (figures: String, record: ModelRecord)] = [:]
  /// Rows whose details were found sound.
  var soundDetails: Set<Int64> = []
  let queue: DatabaseQueue
  private let lock: SessionLock?
  private let guardedFiles: StoreOpening.GuardedFiles?
  /// Why nothing can be written, where that is for want of room.
  private let wantOfRoom: String?
  /// What was found when the session was opened, and disables nothing.
  let openingProblems: [StoreProblem]
  private var isInTransaction = false
  /// Of runs that were stopped, whose checkpoints are still being written.
  private var leftJournals: [RunJournal] = []
  private var lateFailure: StoreError?

  /// Opens the session in a folder, which is made where it is missing; nil keeps everything in memory.
  ///
  /// Throws `.damagedStore`, `.foreignStore` or `.newerStore` where `store.db` can't be used, and leaves the
  /// file as it is. Runs that were running when their process died become interrupted.
  package init(folder: String?) throws(StoreError) {
    let opening: StoreOpening
    do {
      if let folder { opening = try .onDisk(folder) } else { opening = try .inMemory() }
    } catch {
      let path = (folder ?? "") + "/store.db"
      throw StoreError.from(error, path: path) as? StoreError ?? .database(path: path, reason: "\(error)")
    }
    isReadOnly = opening.isReadOnly
    lockHolder = opening.lockHolder
    databasePath = opening.databasePath
    objects = opening.objects
    queue = opening.queue
    guardedFiles = opening.guardedFiles
    wantOfRoom = opening.wantOfRoom
    openingProblems = opening.problems
    lock = opening.lock
    isOnDisk = folder != nil
    checkpointFiles = CheckpointFiles(folder: folder.map { $0 + "/checkpoints" })
    sweepCheckpoints()
  }

  /// False of a session in memory, which ends with its process.
  package let isOnDisk: Bool

  deinit {
    awaitJournals()
    // The database must be closed before another process may have the lock.
    try? queue.close()
  }

  /// Lets the checkpoint of a run that was stopped be written while the session goes on; what reads checkpoints waits.
  package func leave(_ journal: RunJournal) { leftJournals.append(journal) }

  /// Why a checkpoint could not be written that was left to be; told once.
  package func takeLateFailure() -> StoreError? {
    collect { $0.isIdle }
    defer { lateFailure = nil }
    return lateFailure
  }

  func awaitJournals() {
    collect { journal in
      journal.wait()
      return true
    }
  }

  private func collect(_ isDone: (RunJournal) -> Bool) {
    leftJournals.removeAll { journal in
      guard isDone(journal) else { return false }
      lateFailure = journal.failure ?? lateFailure
      return true
    }
  }

  /// Changes the session: all of what `body` does, or where it throws, nothing; files that it had written are gone.
  ///
  /// The only way to write. Transactions don't nest, and the `Transaction` must not outlive the call.
  /// Throws `.readOnly`, or what `body` throws.
  @discardableResult
  package func transaction<T>(_ body: (Transaction) throws -> T) throws -> T {
    var written: [String] = []
    do {
      return try write { database in
        let transaction = Transaction(store: self, database: database)
        defer { written = transaction.writtenObjects }
        let result = try body(transaction)
        try transaction.finish()
        // Of a commit that fails it is not known whether the disk has it: then a row may name them.
        transaction.writtenObjects = []
        return result
      }
    } catch {
      objects.discard(written)
      throw error
    }
  }

  /// Why this process may not write; nil where it may.
  package var refusal: StoreError? {
    guard isReadOnly else { return nil }
    if let wantOfRoom { return .fullDisk(path: Folder.containing(databasePath), reason: wantOfRoom) }
    return .readOnly(lockHolder: lockHolder)
  }

  private func requireSameFiles() throws(StoreError) {
    guard let guardedFiles else { return }
    switch lock {
    case .some(let lock): try guardedFiles.opened.check(lock)
    case nil: break
    }
  }

  /// What SQLite says to `PRAGMA name` on this connection: `synchronous` is 2 for FULL, `journal_mode` "wal".
  package func pragma(_ name: String) throws -> String? {
    try read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
  }

  func write<T>(_ body: (Database) throws -> T) throws -> T {
    if let refusal { throw refusal }
    precondition(!isInTransaction, "transactions don't nest")
    isInTransaction = true
    defer { isInTransaction = false }
    var commits: Int?
    do {
      let result = try queue.write { database in
        // Before anything is written, and again when it is done: that may have taken a while.
        try requireSameFiles()
        let result = try body(database)
        commits = try guardedFiles.map { _ in try SessionIdentity.countCommit(database) }
        try requireSameFiles()
        return result
      }
      if let commits { guardedFiles?.identity.note(commits: commits) }
      return result
    } catch {
      // Rows that were rolled back leave their ids to others.
      forgetRecords()
      throw StoreError.from(error, path: databasePath)
    }
  }

  /// Has everything read again.
  func forgetRecords() { (graphs, records, soundDetails) = ([:], [:], []) }

  /// Writes the database anew, without the pages that are free.
  func vacuum() throws {
    do {
      try queue.vacuum()
    } catch {
      throw StoreError.from(error, path: databasePath)
    }
  }

  func read<T>(_ body: (Database) throws -> T) throws -> T {
    do {
      return try queue.unsafeReentrantRead(body)
    } catch {
      throw StoreError.from(error, path: databasePath)
    }
  }
}
