import Glibc

/// Files that appear whole or not at all.
enum AtomicFile {
  /// Writes a file through a temporary one beside it: write, fsync, rename, fsync of the folder.
  ///
  /// `mode` is who may read it, less what the user's mask takes away: the session's own files are nobody else's business.
  /// `chunks` gives the bytes in order; nothing is left behind when anything fails before the file has its name.
  static func write(
    _ path: String, mode: mode_t = 0o600,
    chunks: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = try TemporaryFile(beside: path, mode: mode)
    do {
      try chunks { try append($0, to: temporary.descriptor) }
      guard fsync(temporary.descriptor) == 0 else { throw FileError(call: "fsync") }
    } catch {
      temporary.remove()
      close(temporary.descriptor)
      throw error
    }
    guard close(temporary.descriptor) == 0 else {
      let error = FileError(call: "close")
      temporary.remove()
      throw error
    }
    try temporary.rename(to: path)
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to file: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(call: "write")
      }
      rest = rest.dropFirst(written)
    }
  }

  /// The whole of a regular file; `limit` bounds what is allocated.
  static func read(_ path: String, limit: Int = .max) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw FileError(call: "open") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(call: "stat") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(reason: "not a regular file") }
    let size = Int(status.st_size)
    guard size <= limit else { throw FileError(reason: "more than \(limit) bytes") }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let target = UnsafeMutableRawBufferPointer(buffer).baseAddress?.advanced(by: count)
        let got = Glibc.read(file, target, size - count)
        if got < 0 {
          if errno == EINTR { continue }
          throw FileError(call: "read")
        }
        if got == 0 { break }
        count += got
      }
    }
  }

  /// The first bytes of a file, fewer where it is shorter; none where it can't be read.
  static func prefix(_ path: String, count: Int) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(file, &bytes, count, 0)
    return Array(bytes.prefix(max(0, got)))
  }

  /// Bytes of a regular file; nil where there is none.
  static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// True where something has that name, a link that leads nowhere too.
  static func exists(_ path: String) -> Bool { mode(path) != nil }

  static func isLink(_ path: String) -> Bool { mode(path).map { $0 & S_IFMT == S_IFLNK } ?? false }

  /// Of what has that name, links not followed.
  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }
}
