import Glibc

/// The session's one right to write: an exclusive `flock` that lasts as long as the value, and no longer
/// than the process.
///
/// The file holds the process id of the one that has the lock, or nothing. Any other file of that name, and a link,
/// is somebody else's and is never written to.
struct SessionLock: ~Copyable {
  private let file: Int32

  /// Takes the lock; nil where another opener has it.
  ///
  /// Throws where the file can't be written, or is no lock.
  static func take(_ path: String) throws(FileError) -> SessionLock? {
    let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw errno == ELOOP ? isLink : FileError(call: "open") }
    do throws(FileError) {
      try requireLock(file)
      while flock(file, LOCK_EX | LOCK_NB) != 0 {
        if errno == EINTR { continue }
        throw FileError(call: "flock")
      }
    } catch {
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
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return content(file).flatMap(processID)
  }

  private static let isLink = FileError(reason: "is a link, which is not followed: take it away")

  /// Throws unless the file is a regular one that is empty or holds a process id.
  private static func requireLock(_ file: Int32) throws(FileError) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(call: "stat") }
    guard status.st_mode & S_IFMT == S_IFREG, let bytes = content(file),
      bytes.isEmpty || processID(bytes) != nil
    else {
      throw FileError(reason: "is not that of a session but another file: move it away")
    }
  }

  /// What the file holds, up to a few bytes more than a lock can have; nil where it can't be read.
  private static func content(_ file: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(file, &bytes, bytes.count, 0)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// The number that decimal digits spell, with or without a line feed after them.
  private static func processID(_ bytes: [UInt8]) -> Int32? {
    let digits = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    guard digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
    return Int32(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
  }

  /// The lock holds without this too: on a full disk, and where the file has a second name elsewhere that must not
  /// change, the others just can't say who has it.
  private func writeHolder() {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_nlink == 1, ftruncate(file, 0) == 0 else { return }
    let text = Array("\(getpid())\n".utf8)
    _ = pwrite(file, text, text.count, 0)
  }

  private init(file: Int32) { self.file = file }

  deinit { close(file) }
}
