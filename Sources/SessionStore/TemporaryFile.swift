import Glibc

/// A file that is written under a name of its own, and gets its real name when it is whole.
struct TemporaryFile {
  let path: String
  /// Open for writing; whoever makes the file closes it.
  let descriptor: Int32

  private static let suffix = ".qatlab-tmp"

  /// Makes an empty file with a name that no other has, in the folder of the file that it will be.
  ///
  /// `mode` is who may read it, less what the user's mask takes away.
  init(beside target: String, mode: mode_t = 0o600) throws(FileError) {
    for attempt in 0..<1000 {
      let path = "\(target).\(getpid())\(attempt == 0 ? "" : "-\(attempt)")\(Self.suffix)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if descriptor >= 0 {
        (self.path, self.descriptor) = (path, descriptor)
        return
      }
      guard errno == EEXIST else { throw FileError(call: "open") }
    }
    throw FileError(reason: "too many temporary files are beside it")
  }

  /// Gives it its name, durably, in the place of what had that name; where that fails it is gone.
  func rename(to target: String) throws(FileError) {
    guard Glibc.rename(path, target) == 0 else {
      let error = FileError(call: "rename")
      remove()
      throw error
    }
    try Folder.synchronize(Folder.containing(target))
  }

  func remove() { unlink(path) }

  /// The name that a file was to get, where it is named as a temporary one, or as the journal that SQLite keeps beside
  /// such a one: "a.1234-1.qatlab-tmp" was to be "a".
  static func target(of name: String) -> Substring? {
    let file = name.hasSuffix("-journal") ? name.dropLast("-journal".count) : name[...]
    guard file.hasSuffix(suffix) else { return nil }
    let stem = file.dropLast(suffix.count)
    guard let dot = stem.lastIndex(of: ".") else { return nil }
    let parts = stem[stem.index(after: dot)...].split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
      return nil
    }
    return stem[..<dot]
  }
}
