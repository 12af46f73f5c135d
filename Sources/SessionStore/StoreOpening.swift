import GRDB
import Glibc

/// An open session: the database, the objects, and the lock where this process writes.
struct StoreOpening: ~Copyable {
  let queue: DatabaseQueue
  let objects: ObjectFiles
  let databasePath: String
  /// Process that has the lock instead, where that is known.
  let lockHolder: Int32?
  let isReadOnly: Bool
  /// Why nothing can be written, where that is for want of room.
  let wantOfRoom: String?
  let lock: SessionLock?
  /// What has to stay as it is while this process writes; nil where it doesn't.
  let guardedFiles: GuardedFiles?
  /// What was found beside that disables nothing.
  let problems: [StoreProblem]

  /// The files of a session that is open for writing, and where its commits are counted.
  struct GuardedFiles {
    let opened: OpenedFiles
    let identity: IdentityFile
  }

  private init(
    _ queue: DatabaseQueue, _ objects: ObjectFiles, path: String, lockHolder: Int32? = nil,
    isReadOnly: Bool = false, wantOfRoom: String? = nil, lock: consuming SessionLock? = nil,
    guardedFiles: GuardedFiles? = nil, problems: [StoreProblem] = []
  ) {
    self.queue = queue
    self.objects = objects
    databasePath = path
    self.lockHolder = lockHolder
    self.isReadOnly = isReadOnly
    self.wantOfRoom = wantOfRoom
    self.lock = lock
    self.guardedFiles = guardedFiles
    self.problems = problems
  }

  /// A session in memory, with nothing on disk.
  static func inMemory() throws -> StoreOpening {
    StoreOpening(
      try SessionDatabase.inMemory(), ObjectFiles(folder: nil), path: "the session in memory")
  }

  /// The session in a folder: to write where the lock is free, else to read.
  ///
  /// Waits for a process that is about to make the database, and takes its place where it dies meanwhile.
  static func onDisk(_ folder: String) throws -> StoreOpening {
    try makeFolder(folder)
    let start = ContinuousClock.now
    while true {
      var obstacle: Unwritable?
      do {
        if let lock = try takeLock(folder) { return try writing(folder, lock: lock) }
      } catch let error as Unwritable {
        obstacle = error
      }
      do {
        if let obstacle {
          return try reading(
            folder, lockHolder: nil, wantOfRoom: obstacle.wantOfRoom, SessionDatabase.foreignOwned)
        }
        return try reading(
          folder, lockHolder: SessionLock.holder(lockPath(folder)), SessionDatabase.readable)
      } catch let error where SessionDatabase.mayPass(error) && ContinuousClock.now - start < patience {
        usleep(20_000)
      }
    }
  }

  /// How long another process may take to make its database.
  private static let patience = Duration.seconds(5)

  /// Where nothing can be written for want of room, what is there is read, and the lock is kept, so that nobody else
  /// changes it meanwhile.
  private static func writing(_ folder: String, lock: consuming SessionLock) throws -> StoreOpening {
    let path = databasePath(folder)
    do {
      let (queue, objects, files, problems) = try prepared(folder)
      return StoreOpening(queue, objects, path: path, lock: lock, guardedFiles: files, problems: problems)
    } catch let error where SessionDatabase.lacksRoom(error) && (AtomicFile.size(path) ?? 0) > 1 {
      // What hinders more than the want of room has its own words.
      guard let queue = try? SessionDatabase.onFullDisk(path) else { throw error }
      let objects = ObjectFiles(folder: folder + "/objects")
      let problems = try belonging(queue, folder)
      let reason = (error as? FileError)?.reason ?? (error as? DatabaseError)?.message ?? "\(error)"
      return StoreOpening(
        queue, objects, path: path, isReadOnly: true, wantOfRoom: reason, lock: lock, problems: problems)
    }
  }

  /// The session's files, made or put in order for the one that writes.
  private static func prepared(
    _ folder: String
  ) throws -> (DatabaseQueue, ObjectFiles, GuardedFiles, [StoreProblem]) {
    let objectFolder = folder + "/objects"
    do throws(FileError) {
      try Folder.make(objectFolder)
    } catch {
      throw error.lacksRoom ? error : StoreError.folder(path: objectFolder, reason: error.reason)
    }
    PrivateFiles.tighten(session: folder)
    let objects = ObjectFiles(folder: objectFolder)
    let path = databasePath(folder)
    let identity = IdentityFile(folder: objectFolder)
    try requireDatabase(folder, hasObjects: objects.hasAny || identity.exists)
    objects.removeTemporaries()
    OwnFolder(folder)?.removeTemporaries { $0 == "store.db" || $0.hasPrefix("store.db.before-") }
    // What lacks its log must be as it was when that is put back.
    if let queue = try SessionDatabase.untouched(path) { _ = try belonging(queue, folder) }
    var problems: [StoreProblem] = []
    let queue = try SessionDatabase.writable(path, hasObjects: objects.hasAny) { queue in
      problems = try belonging(queue, folder)
    }
    // A folder without a mark is one of an earlier version, whose files are for everyone to read.
    if identity.record?.home != FileID(objectFolder) { PrivateFiles.tighten(filesOf: folder) }
    try identity.mark(try queue.inDatabase(SessionIdentity.read))
    PrivateFiles.tighten(session: folder)
    return (
      queue, objects, GuardedFiles(opened: OpenedFiles(folder: folder), identity: identity), problems
    )
  }

  /// Throws where weights or a log lie there and the database that they belong to does not: a new one would hide that
  /// everything is gone.
  private static func requireDatabase(_ folder: String, hasObjects: Bool) throws(StoreError) {
    let path = databasePath(folder)
    guard !AtomicFile.exists(path) else { return }
    let hasLog = (AtomicFile.size(path + "-wal") ?? 0) > 0
    guard hasObjects || hasLog else { return }
    throw .changedFolder(
      path: folder,
      reason: "store.db is missing, though \(hasObjects ? "objects" : "store.db-wal") of a session "
        + "\(hasObjects ? "lie" : "lies") there",
      remedy:
        "put store.db back with its store.db-wal, move \(hasObjects ? "objects" : "store.db-wal") away to begin "
        + "anew, or open with another --session")
  }

  /// Throws where the database and the folder of objects are not of one session, or the database lacks commits that the
  /// folder knows of; returns what there is to say of a copy.
  private static func belonging(_ queue: DatabaseQueue, _ folder: String) throws -> [StoreProblem] {
    let objects = folder + "/objects"
    // The folder's count is read first: a writer counts on meanwhile, in the database before the folder.
    let record = IdentityFile(folder: objects).record
    let identity = try queue.inDatabase(SessionIdentity.find)
    switch record?.finding(on: identity, in: objects) {
    case .sound, nil: return []
    case .otherSession:
      throw StoreError.changedFolder(
        path: folder, reason: "store.db and objects belong to different sessions",
        remedy: "put back the one that belongs to the other, or move one of the two away")
    case .missingCommits(let count, isCopy: true):
      return [.missingCommits(path: databasePath(folder), count: count)]
    case .missingCommits(let count, isCopy: false):
      throw StoreError.changedFolder(
        path: folder,
        reason:
          "store.db lacks the last \(count == 1 ? "change" : "\(count) changes"): its store.db-wal is missing, or it "
          + "is an older copy",
        remedy: "put both back; to go on without what they held, remove objects/\(IdentityFile.name)")
    }
  }

  private static func reading(
    _ folder: String, lockHolder: Int32?, wantOfRoom: String? = nil,
    _ open: (String) throws -> DatabaseQueue
  ) throws -> StoreOpening {
    let path = databasePath(folder)
    let objects = ObjectFiles(folder: folder + "/objects")
    try requireDatabase(folder, hasObjects: objects.hasAny)
    let queue = try open(path)
    return StoreOpening(
      queue, objects, path: path, lockHolder: lockHolder, isReadOnly: true, wantOfRoom: wantOfRoom,
      problems: try belonging(queue, folder))
  }

  private static func makeFolder(_ path: String) throws(StoreError) {
    do {
      try Folder.make(path)
    } catch {
      throw .folder(path: path, reason: error.reason)
    }
  }

  /// Nil where another process has the lock.
  ///
  /// Throws `Unwritable` where this one may not write to the folder.
  private static func takeLock(_ folder: String) throws -> SessionLock? {
    do {
      return try SessionLock.take(lockPath(folder))
    } catch {
      if [EACCES, EROFS, EPERM].contains(error.code) { throw Unwritable(wantOfRoom: nil) }
      if error.lacksRoom { throw Unwritable(wantOfRoom: error.reason) }
      throw StoreError.folder(
        path: folder, reason: error.code == 0 ? "its lock " + error.reason : "lock: " + error.reason)
    }
  }

  private struct Unwritable: Error {
    var wantOfRoom: String?
  }

  private static func databasePath(_ folder: String) -> String { folder + "/store.db" }

  private static func lockPath(_ folder: String) -> String { folder + "/lock" }
}
