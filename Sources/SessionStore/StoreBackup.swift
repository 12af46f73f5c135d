import GRDB
import Glibc

/// The database as an earlier version of the program left it, kept beside the one that is upgraded.
enum StoreBackup {
  /// Copies the database whole, with what its log holds, to `store.db.before-N`, N being the migrations that it has;
  /// one that is there already stays.
  ///
  /// Of a database in which there is nothing yet none is made. Throws `.database` where it can't be written: then
  /// nothing is upgraded.
  static func make(of queue: DatabaseQueue, _ path: String) throws {
    let applied = try queue.inDatabase { database in
      try database.tableExists("grdb_migrations") ? try Schema.migrator.appliedIdentifiers(database) : []
    }
    guard !applied.isEmpty else { return }
    let target = backupPath(of: path, migrations: applied.count)
    guard !AtomicFile.exists(target) else { return }
    let file: TemporaryFile
    do {
      file = try TemporaryFile(beside: target)
    } catch {
      throw refusal(path, error)
    }
    defer { close(file.descriptor) }
    do {
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "VACUUM INTO ?", arguments: [SessionDatabase.plainName(file.path)])
      }
      guard fsync(file.descriptor) == 0 else { throw FileError(call: "fsync") }
      try file.rename(to: target)
    } catch {
      file.remove()
      throw (error as? FileError).map { refusal(path, $0) } ?? error
    }
  }

  static func backupPath(of path: String, migrations: Int) -> String { "\(path).before-\(migrations)" }

  private static func refusal(_ path: String, _ error: FileError) -> StoreError {
    .database(
      path: path, reason: "it is of an earlier version, and no backup of it can be made: \(error.reason)")
  }
}
