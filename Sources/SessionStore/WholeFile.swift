import Glibc

/// A file that the user names, to be written whole or not at all.
package struct WholeFile: Hashable, Sendable {
  package var path: String

  package init(_ path: String) { self.path = path }

  /// What stands where it is to be.
  package enum Place: Hashable, Sendable {
    case free
    case file
    /// A folder, a device, a link: nothing that a file may take the place of.
    case occupied(by: String)
    /// The folder that it would lie in is not there.
    case noFolder(String)
    /// The folder that it would lie in lets nothing be written.
    case closedFolder(String)
  }

  package var place: Place {
    if path.isEmpty || path.hasSuffix("/") { return .occupied(by: "a folder") }
    var status = stat()
    guard lstat(path, &status) == 0 else {
      let folder = Folder.containing(path)
      guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return .noFolder(folder) }
      return access(folder, W_OK) == 0 ? .free : .closedFolder(folder)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .occupied(by: "a folder")
    case S_IFLNK: return .occupied(by: "a link")
    default: return .occupied(by: "a device")
    }
  }

  /// Its bytes, where they are no more than `limit`; throws `.unreadable`.
  package func read(limit: Int) throws(StoreError) -> [UInt8] {
    do {
      return try AtomicFile.read(path, limit: limit)
    } catch {
      throw StoreError.unreadable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
  }

  /// Writes it through a temporary file beside it, over one that was there; throws `.unwritable`.
  package func write(_ bytes: [UInt8]) throws(StoreError) {
    do {
      try AtomicFile.write(path, mode: 0o644) { append in try bytes.withUnsafeBytes { try append($0) } }
    } catch {
      throw StoreError.unwritable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
  }
}
