import Glibc

/// The session's one right to write: an exclusive `flock` that lasts as long as the value, and no longer
/// than the process.
struct SessionLock: ~Copyable {
  private let file: Int32

  /// Takes the lock; nil where another opener has it.
  ///
  /// Throws where the file can't be written.
  static func take(_ path: String) throws(FileError) -> SessionLock? {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileError(call: "open") }
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let error = FileError(call: "flock")
      close(file)
      guard error.code == EWOULDBLOCK else { throw error }
      return nil
    }
    let lock = SessionLock(file: file)
    lock.writeHolder()
    return lock
  }

  /// Process that holds the lock, as it wrote itself down; nil where that can't be read.
  static func holder(_ path: String) -> Int32? {
    guard let bytes = try? AtomicFile.read(path, limit: 32),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return Int32(text.prefix { $0 != "\n" })
  }

  /// The lock holds without this too: on a full disk the others just can't say who has it.
  private func writeHolder() {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(file, 0) == 0 else { return }
    _ = pwrite(file, text, text.count, 0)
  }

  private init(file: Int32) { self.file = file }

  deinit { close(file) }
}
