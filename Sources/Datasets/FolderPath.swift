import Glibc

/// Paths as users write them, and what lies there.
package enum FolderPath {
  /// The path with "~/" replaced by the home folder, without slashes at its end.
  package static func expanded(_ path: String) -> String {
    var path = path
    if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") {
      path = String(cString: home) + path.dropFirst()
    }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// File type bits of `stat`, which follows links; nil where nothing has this path.
  static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// The path without links; nil where it leads nowhere.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Names in a folder in the order of their bytes, without those that begin with a dot.
  static func names(in path: String) throws(DatasetError) -> [String] {
    guard let folder = opendir(path) else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 1) { name in
          (exact: String(validatingCString: name), repaired: String(cString: name))
        }
      }
      if name.repaired.hasPrefix(".") { continue }
      guard let exact = name.exact else {
        throw .unreadable(path: path + "/" + name.repaired, reason: "its name is not UTF-8")
      }
      names.append(exact)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
