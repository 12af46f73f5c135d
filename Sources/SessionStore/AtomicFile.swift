import Glibc

/// Files that appear whole or not at all.
enum AtomicFile {
  static let temporarySuffix = ".qatlab-tmp"

  /// Writes a file through a temporary one beside it: write, fsync, rename, fsync of the folder.
  ///
  /// `chunks` gives the bytes in order; nothing is left behind when anything fails.
  static func write(
    _ path: String, chunks: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = "\(path).\(getpid())\(temporarySuffix)"
    do {
      try writeDurably(temporary, chunks: chunks)
      guard rename(temporary, path) == 0 else { throw FileError(call: "rename") }
    } catch {
      unlink(temporary)
      throw error
    }
    try Folder.synchronize(Folder.containing(path))
  }

  private static func writeDurably(
    _ path: String, chunks: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileError(call: "open") }
    do {
      try chunks { try append($0, to: file) }
      guard fsync(file) == 0 else { throw FileError(call: "fsync") }
    } catch {
      close(file)
      throw error
    }
    guard close(file) == 0 else { throw FileError(call: "close") }
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

  /// Bytes of a regular file; nil where there is none.
  static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// When a file was last written, in seconds since 1970; nil where there is none.
  static func modified(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
  }
}
