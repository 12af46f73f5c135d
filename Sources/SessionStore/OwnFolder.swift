import Glibc

/// A folder in which only files of the session are removed: it is entered through no link, and no link in it is
/// followed.
struct OwnFolder: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Nil where the path is no folder, or a link to one.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Names in the folder, in order.
  var names: [String] { Folder.names(in: path) }

  /// Size and time of writing (seconds since 1970) of a regular file; nil for everything else.
  func regularFile(_ name: String) -> (byteCount: Int, written: Double)? {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return (
      Int(status.st_size), Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    )
  }

  /// False where it is not there, or may not be removed.
  func remove(_ name: String) -> Bool { unlinkat(descriptor, name, 0) == 0 }

  /// Removes what a process that died left half-written; only the one writer may do this.
  ///
  /// `isTarget` says of which files.
  func removeTemporaries(of isTarget: (Substring) -> Bool) {
    for name in names where TemporaryFile.target(of: name).map(isTarget) ?? false {
      if regularFile(name) != nil { _ = remove(name) }
    }
  }
}
