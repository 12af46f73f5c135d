import Glibc

/// Folders that last.
enum Folder {
  /// Makes a folder and those above it, each durably; one that is there stays as it is.
  static func make(_ path: String) throws(FileError) {
    if mkdir(path, 0o700) == 0 { return try synchronize(containing(path)) }
    switch errno {
    case EEXIST:
      guard exists(path) else { throw FileError(reason: "a file of that name is in the way") }
    case ENOENT where containing(path) != path:
      try make(containing(path))
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError(call: "mkdir") }
      try synchronize(containing(path))
    default:
      // A folder that is there may lie in one that can't be written, which mkdir reports first.
      let error = FileError(call: "mkdir")
      guard exists(path) else { throw error }
    }
  }

  /// Makes the names in a folder last: a rename is durable only after this.
  static func synchronize(_ path: String) throws(FileError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FileError(call: "open") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw FileError(call: "fsync") }
  }

  /// The folder that a path lies in; the path itself where nothing is above it.
  static func containing(_ path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed = trimmed.dropLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// Names in a folder, in order; none where it can't be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      // A name that is no text belongs to no session.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 1) { String(validatingCString: $0) }
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
