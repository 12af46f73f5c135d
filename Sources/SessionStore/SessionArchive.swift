import Foundation
import GRDB
import Glibc

extension SessionStore {
  /// What a packed session holds.
  package struct Packed: Hashable, Sendable {
    package var objects = 0
    /// Of the archive.
    package var byteCount = 0
  }

  /// Writes the session as it was committed last into a tar archive, whole or not at all, over a file that was there: a
  /// folder `name` with `store.db` and `objects`, which can be unpacked and opened.
  ///
  /// The database is a copy that SQLite makes as one moment; objects never change once they are written. Both may be in
  /// use, here and by the process that writes.
  ///
  /// - Parameter goesOn: Gets how many bytes of how many are written; false stops.
  /// - Returns: Nil where it was stopped, and nothing is there then. Throws `.unwritable`.
  package func pack(
    to path: String, as name: String, goesOn: (_ done: Int, _ total: Int) -> Bool
  ) throws -> Packed? {
    do {
      let copy = try TemporaryFile(beside: path)
      close(copy.descriptor)
      defer { copy.remove() }
      try queue.inDatabase {
        try $0.execute(sql: "VACUUM INTO ?", arguments: [SessionDatabase.plainName(copy.path)])
      }
      return try SessionArchive(folder: name, database: copy.path, objects: objects).write(to: path, goesOn)
    } catch let error as FileError {
      throw StoreError.unwritable(path: path, reason: error.reason)
    } catch {
      throw StoreError.from(error, path: databasePath)
    }
  }
}

/// What goes into an archive, in its order.
private struct SessionArchive {
  private struct Part {
    var entry: TarEntry
    /// Gives the content's bytes.
    var content: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  }

  private struct Stopped: Error {}

  private var parts: [Part] = []
  private var objectCount = 0

  init(folder: String, database: String, objects: ObjectFiles) throws {
    let now = StoredInstant.now() / 1000
    guard let size = AtomicFile.size(database) else { throw FileError(reason: "its database is gone") }
    add(TarEntry(path: folder + "/", modified: now)) { _ in }
    add(TarEntry(path: folder + "/store.db", byteCount: size, modified: now)) { body in
      try FilePieces.forEach(database, limit: size, body)
    }
    add(TarEntry(path: folder + "/objects/", modified: now)) { _ in }
    // Of those that are there after the copy of the database, each that it names is one.
    for (object, byteCount) in try objects.all() {
      let path = "\(folder)/objects/\(object)\(ObjectFiles.suffix)"
      add(TarEntry(path: path, byteCount: byteCount, modified: now)) { body in
        try objects.forEachPiece(of: object, limit: byteCount, body)
      }
      objectCount += 1
    }
  }

  private mutating func add(
    _ entry: TarEntry, _ content: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    parts.append(Part(entry: entry, content: content))
  }

  private func blocks(_ part: Part) -> Int {
    TarEntry.block + part.entry.byteCount + part.entry.padding.count
  }

  func write(to path: String, _ goesOn: (Int, Int) -> Bool) throws -> SessionStore.Packed? {
    let total = parts.reduce(TarEntry.end.count) { $0 + blocks($1) }
    var done = 0
    do {
      try AtomicFile.write(path) { append in
        func put(_ bytes: UnsafeRawBufferPointer) throws {
          guard goesOn(done, total) else { throw Stopped() }
          try append(bytes)
          done += bytes.count
        }
        for part in parts {
          guard let header = part.entry.header else {
            throw FileError(reason: "an archive has no room for \(part.entry.path)")
          }
          let end = done + blocks(part)
          try header.withUnsafeBytes(put)
          try part.content(put)
          guard done + part.entry.padding.count == end else {
            throw FileError(reason: "\(part.entry.path) changed while it was read")
          }
          try part.entry.padding.withUnsafeBytes(put)
        }
        try TarEntry.end.withUnsafeBytes(put)
      }
    } catch is Stopped {
      return nil
    }
    return SessionStore.Packed(objects: objectCount, byteCount: total)
  }
}

extension ObjectFiles {
  /// Every object with the size of its file, in order.
  fileprivate func all() throws -> [(object: String, byteCount: Int)] {
    try names.map { object in
      guard let size = try byteCount(object) else {
        throw FileError(reason: "the weights \(path(object)) were removed meanwhile")
      }
      return (object, size)
    }
  }
}
