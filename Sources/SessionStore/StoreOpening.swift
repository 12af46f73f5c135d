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
  let lock: SessionLock?

  /// A session in memory, with nothing on disk.
  static func inMemory() throws -> StoreOpening {
    StoreOpening(
      queue: try SessionDatabase.inMemory(), objects: ObjectFiles(folder: nil),
      databasePath: "the session in memory", lockHolder: nil, isReadOnly: false, lock: nil)
  }

  /// The session in a folder: to write where the lock is free, else to read.
  ///
  /// Waits for a process that is about to make the database, and takes its place where it dies meanwhile.
  static func onDisk(_ folder: String) throws -> StoreOpening {
    try makeFolder(folder)
    let start = ContinuousClock.now
    while true {
      var isForeign = false
      do {
        if let lock = try takeLock(folder) { return try writing(folder, lock: lock) }
      } catch is Unwritable {
        isForeign = true
      }
      do {
        return try isForeign
          ? reading(folder, lockHolder: nil, SessionDatabase.foreignOwned)
          : reading(
            folder, lockHolder: SessionLock.holder(lockPath(folder)), SessionDatabase.readable)
      } catch let error where SessionDatabase.mayPass(error) && ContinuousClock.now - start < patience {
        usleep(20_000)
      }
    }
  }

  /// How long another process may take to make its database.
  private static let patience = Duration.seconds(5)

  private static func writing(_ folder: String, lock: consuming SessionLock) throws -> StoreOpening {
    let objectFolder = folder + "/objects"
    try makeFolder(objectFolder)
    let objects = ObjectFiles(folder: objectFolder)
    let path = folder + "/store.db"
    objects.removeTemporaries()
    OwnFolder(folder)?.removeTemporaries { $0 == "store.db" || $0.hasPrefix("store.db.before-") }
    let queue = try SessionDatabase.writable(path, hasObjects: objects.hasAny)
    return StoreOpening(
      queue: queue, objects: objects, databasePath: path, lockHolder: nil, isReadOnly: false, lock: lock)
  }

  private static func reading(
    _ folder: String, lockHolder: Int32?, _ open: (String) throws -> DatabaseQueue
  ) throws -> StoreOpening {
    let path = folder + "/store.db"
    return StoreOpening(
      queue: try open(path), objects: ObjectFiles(folder: folder + "/objects"),
      databasePath: path, lockHolder: lockHolder, isReadOnly: true, lock: nil)
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
      if [EACCES, EROFS, EPERM].contains(error.code) { throw Unwritable() }
      throw StoreError.folder(
        path: folder, reason: error.code == 0 ? "its lock " + error.reason : "lock: " + error.reason)
    }
  }

  private struct Unwritable: Error {}

  private static func lockPath(_ folder: String) -> String { folder + "/lock" }
}
