import GRDB
import Glibc

/// `store.db`, opened with what SQLite and GRDB need so that an acknowledged commit is never lost.
enum SessionDatabase {
  static func inMemory() throws -> DatabaseQueue {
    let queue = try DatabaseQueue(configuration: configuration(readOnly: false))
    try Schema.complete(queue)
    return queue
  }

  /// The database for the one process that writes; a new one is whole before it has its name.
  ///
  /// `inspect` sees it before its tables are changed.
  static func writable(
    _ path: String, hasObjects: Bool, inspect: (DatabaseQueue) throws -> Void
  ) throws -> DatabaseQueue {
    // SQLite takes a file of no byte or one for a new database, which would hide that everything is gone.
    if hasObjects, let size = AtomicFile.size(path), size <= 1 {
      throw StoreError.damagedStore(path: path, reason: "the file is empty")
    }
    if !AtomicFile.exists(path) {
      try make(path)
    } else if AtomicFile.isLink(path), AtomicFile.size(path) ?? 0 <= 1 {
      throw StoreError.damagedStore(path: path, reason: "it is a link that leads to no database")
    }
    // To open it for writing would change another program's file.
    if (AtomicFile.size(path) ?? 0) > 1, !hasOwnID(path) {
      try check(
        DatabaseQueue(path: plainName(path), configuration: configuration(readOnly: true)), path: path)
    }
    let queue = try DatabaseQueue(path: plainName(path), configuration: configuration(readOnly: false))
    // GRDB lowers this to NORMAL when it turns on WAL, and the last commits could go with the power.
    try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    try check(queue, path: path)
    try inspect(queue)
    if try !queue.inDatabase(Schema.migrator.hasCompletedMigrations) {
      try StoreBackup.make(of: queue, path)
      try Schema.complete(queue)
    }
    try queue.inDatabase(endAbandonedRuns)
    try queue.inDatabase(AbandonedCells.end)
    return queue
  }

  /// The database as it lies there, without a file being made or written; nil where a log belongs to it.
  ///
  /// To open it for writing writes to it at once: GRDB makes sure that there is a log.
  static func untouched(_ path: String) throws -> DatabaseQueue? {
    guard (AtomicFile.size(path) ?? 0) > 1, (AtomicFile.size(path + "-wal") ?? 0) == 0 else { return nil }
    return try DatabaseQueue(
      path: "file:\(percentEncoded(path))?immutable=1", configuration: configuration(readOnly: true))
  }

  /// The database beside a process that writes, which may be about to make its tables.
  static func readable(_ path: String) throws -> DatabaseQueue { try reading(path, opening: plainName(path)) }

  /// The database in a folder that this process may not write to.
  ///
  /// Unless another process writes there, SQLite would make its files for shared reading, and must be told
  /// that nothing changes.
  static func foreignOwned(_ path: String) throws -> DatabaseQueue {
    guard access(path, R_OK) == 0 else {
      throw StoreError.folder(path: Folder.containing(path), reason: FileError(call: "store.db").reason)
    }
    if (AtomicFile.size(path + "-wal") ?? 0) == 0 {
      return try reading(path, opening: "file:\(percentEncoded(path))?immutable=1")
    }
    do {
      return try readable(path)
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    {
      throw StoreError.folder(
        path: Folder.containing(path),
        reason: "its last writer did not close it, and to put it in order takes the right to write there")
    }
  }

  /// The database where nothing can be written, for the one process that has the lock.
  ///
  /// What its log holds is read with an index in memory, since there is no room for the shared one.
  static func onFullDisk(_ path: String) throws -> DatabaseQueue {
    if (AtomicFile.size(path + "-wal") ?? 0) == 0 {
      return try reading(path, opening: "file:\(percentEncoded(path))?immutable=1")
    }
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = 1")
    }
    return try checked(DatabaseQueue(path: plainName(path), configuration: configuration), path: path)
  }

  private static func reading(_ path: String, opening name: String) throws -> DatabaseQueue {
    try checked(DatabaseQueue(path: name, configuration: configuration(readOnly: true)), path: path)
  }

  /// Throws where it is no session's, or has not all of its tables.
  private static func checked(_ queue: DatabaseQueue, path: String) throws -> DatabaseQueue {
    try check(queue, path: path)
    guard try queue.inDatabase(Schema.migrator.hasCompletedMigrations) else {
      if try !queue.inDatabase(Schema.isBlank) { throw StoreError.olderStore(path: path) }
      throw StoreError.database(path: path, reason: "the process that writes has not made its tables")
    }
    return queue
  }

  /// Makes the database aside and gives it its name when it is whole and on the disk.
  private static func make(_ path: String) throws {
    let file: TemporaryFile
    do {
      file = try TemporaryFile(beside: path)
    } catch {
      throw StoreError.database(path: path, reason: error.reason)
    }
    defer { close(file.descriptor) }
    do {
      try inMemory().inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [plainName(file.path)]) }
      guard fsync(file.descriptor) == 0 else { throw FileError(call: "fsync") }
      try file.rename(to: path)
    } catch {
      file.remove()
      if let error = error as? FileError { throw StoreError.database(path: path, reason: error.reason) }
      throw error
    }
  }

  /// A path that SQLite does not take for one of its `file:` names.
  static func plainName(_ path: String) -> String { path.hasPrefix("file:") ? "./" + path : path }

  /// A path as it stands in SQLite's `file:` names.
  private static func percentEncoded(_ path: String) -> String {
    path.utf8.reduce(into: "") { name, byte in
      let scalar = Unicode.Scalar(byte)
      if scalar.isASCII,
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "/-_.".contains(Character(scalar))
      {
        name.unicodeScalars.append(scalar)
      } else {
        name += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
      }
    }
  }

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    configuration.journalMode = .wal
    return configuration
  }

  /// Whether the file itself says that it is a session's; what its log says is not looked at.
  private static func hasOwnID(_ path: String) -> Bool {
    // SQLite's file format, 1.3: 16 bytes that say what it is; the application's id, big-endian, from byte 68 on.
    let header = AtomicFile.prefix(path, count: 72)
    return header.count == 72 && header.starts(with: "SQLite format 3\0".utf8)
      && header[68...].reduce(0) { $0 << 8 | Int32($1) } == Schema.applicationID
  }

  /// Refuses databases of other programs and of versions to come.
  private static func check(_ queue: DatabaseQueue, path: String) throws {
    try queue.inDatabase { database in
      let id = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      guard try id == Schema.applicationID || id == 0 && Schema.isBlank(database) else {
        throw StoreError.foreignStore(path: path)
      }
      if try Schema.migrator.hasBeenSuperseded(database) { throw StoreError.newerStore(path: path) }
    }
  }

  /// A run that is marked as running belonged to a process that is gone: this one holds the lock.
  private static func endAbandonedRuns(_ database: Database) throws {
    let running = RunRecord.Status.running.rawValue
    let isAny = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE status = ?)", arguments: [running])
    guard isAny == true else { return }
    try database.execute(
      sql: "UPDATE run SET status = ? WHERE status = ?",
      arguments: [RunRecord.Status.interrupted.rawValue, running])
  }

  /// True for what SQLite answers where there is no room for what it has to write.
  static func lacksRoom(_ error: any Error) -> Bool {
    switch error {
    case let error as DatabaseError:
      [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    case let error as FileError: error.lacksRoom
    default: false
    }
  }

  /// True for what a database that is being made answers.
  static func mayPass(_ error: any Error) -> Bool {
    switch error {
    case let error as DatabaseError:
      [.SQLITE_CANTOPEN, .SQLITE_BUSY, .SQLITE_READONLY, .SQLITE_PROTOCOL].contains(error.resultCode)
    case StoreError.database: true
    default: false
    }
  }
}

extension StoreError {
  /// What a failure of SQLite in the session's database means; other errors stay as they are.
  static func from(_ error: any Error, path: String) -> any Error {
    if error is RowDecodingError {
      return StoreError.damagedStore(path: path, reason: "a value has another type than its column")
    }
    guard let error = error as? DatabaseError else { return error }
    let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: return StoreError.damagedStore(path: path, reason: reason)
    case .SQLITE_FULL: return StoreError.database(path: path, reason: "the disk is full")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return StoreError.database(
        path: path, reason: "another program has it locked: close that one, and run the cell again")
    default: return StoreError.database(path: path, reason: reason)
    }
  }
}
