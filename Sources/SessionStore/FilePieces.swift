import Crypto
import Glibc

/// A regular file read piece by piece, so that its size bounds no memory.
enum FilePieces {
  private static let pieceSize = 1 << 20

  /// Gives the bytes in order, at most `limit` of them.
  static func forEach(
    _ path: String, limit: Int = .max, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw FileError(call: "open") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(call: "stat") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(reason: "not a regular file") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
    defer { buffer.deallocate() }
    var left = limit
    while left > 0 {
      let got = read(file, buffer.baseAddress, min(left, buffer.count))
      if got < 0 {
        if errno == EINTR { continue }
        throw FileError(call: "read")
      }
      guard got > 0 else { return }
      left -= got
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    }
  }

  /// SHA-256 of a file as 64 hexadecimal digits.
  static func digest(of path: String) throws -> String {
    var hash = SHA256()
    try forEach(path) { hash.update(bufferPointer: $0) }
    return WeightsFile.hexadecimal(hash.finalize())
  }
}
