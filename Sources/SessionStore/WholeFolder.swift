import Glibc

/// A folder that the user names, to be filled whole or not made at all.
package struct WholeFolder: Hashable, Sendable {
  package var path: String

  package init(_ path: String) { self.path = path }

  /// What stands where it is to be.
  package enum Place: Hashable, Sendable {
    /// Nothing, or a folder that is empty.
    case free
    case filled
    /// A file, a device, a link: nothing that a folder may take the place of.
    case occupied(by: String)
    /// The folder that it would lie in is not there.
    case noFolder(String)
    /// The folder that it would lie in lets nothing be written.
    case closedFolder(String)
  }

  package var place: Place {
    switch WholeFile(path).place {
    case .free: .free
    case .file: .occupied(by: "a file")
    case .occupied(by: "a folder"): Folder.names(in: path).isEmpty ? .free : .filled
    case .occupied(let occupant): .occupied(by: occupant)
    case .noFolder(let folder): .noFolder(folder)
    case .closedFolder(let folder): .closedFolder(folder)
    }
  }

  /// Makes files in a new folder beside it, and gives that its name when all are written.
  ///
  /// - Parameter files: Adds files by their path in the folder, and tells whether to go on; where it doesn't, nothing
  ///   is left.
  /// - Returns: Whether the folder is there now; throws `.unwritable`.
  package func write(
    _ files: (_ add: (_ name: String, _ bytes: [UInt8]) throws -> Void) throws -> Bool
  ) throws -> Bool {
    let aside = NewFolder("\(path).\(getpid()).qatlab-tmp")
    do {
      try Folder.make(aside.path)
      var whole = false
      do {
        whole = try files { try aside.add($0, $1) }
        if whole {
          try aside.open()
          guard rename(aside.path, path) == 0 else { throw FileError(call: "rename") }
        }
      } catch {
        aside.remove()
        throw error
      }
      if !whole { aside.remove() }
      return whole
    } catch let error as FileError {
      throw StoreError.unwritable(path: path, reason: error.reason)
    }
  }

  /// The bytes of one of its files; nil where it isn't there or is larger than `limit`.
  package func file(_ name: String, limit: Int) -> [UInt8]? {
    // What can't be read is not the file that was asked for.
    try? AtomicFile.read(path + "/" + name, limit: limit)
  }

  /// How many files lie in it and in its folders.
  package var fileCount: Int { Self.fileCount(in: path) }

  private static func fileCount(in path: String) -> Int {
    Folder.names(in: path).reduce(0) { sum, name in
      var status = stat()
      let child = path + "/" + name
      guard lstat(child, &status) == 0 else { return sum }
      return sum + (status.st_mode & S_IFMT == S_IFDIR ? fileCount(in: child) : 1)
    }
  }
}

/// A folder that is being filled, with what was made in it.
private final class NewFolder {
  let path: String
  private var folders: [String] = []
  private var files: [String] = []

  init(_ path: String) { self.path = path }

  func add(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    let target = path + "/" + name
    let folder = Folder.containing(target)
    if folders.last != folder, !folders.contains(folder) {
      try Folder.make(folder)
      folders.append(folder)
    }
    let file = Glibc.open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileError(call: "open") }
    files.append(target)
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(call: "write")
      }
      done += written
    }
  }

  /// Lets others read it.
  ///
  /// Files are not forced to the disk one by one, which takes minutes for thousands: what a power cut
  /// takes can be written again.
  func open() throws(FileError) {
    let above = folders.map(Folder.containing)
    for folder in Set(folders + above + [path]) where chmod(folder, 0o755) != 0 {
      throw FileError(call: "chmod")
    }
  }

  /// Takes away what was made, and no more.
  func remove() {
    for file in files { unlink(file) }
    for folder in folders.sorted(by: >) {
      rmdir(folder)
      rmdir(Folder.containing(folder))
    }
    rmdir(path)
  }
}
