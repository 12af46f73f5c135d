internal import CZlib
import Glibc

/// The bytes of a file from its beginning, inflated where the file is gzip data.
struct ByteStream: ~Copyable {
  let path: String
  private let file: gzFile

  /// Opens a regular file; a name that ends in ".gz" must hold gzip data.
  init(path: String) throws(DatasetError) {
    file = try ByteStream.opened(path)
    self.path = path
  }

  deinit { gzclose_r(file) }

  /// Fills the first `count` bytes of the buffer and returns how many there were: fewer than asked for only
  /// where the data end, in the file's proper place or before it.
  func read(_ count: Int, into buffer: inout [UInt8]) throws(DatasetError) -> Int {
    var filled = 0
    while filled < count {
      let wanted = UInt32(min(count - filled, 1 << 30))
      let got = buffer.withUnsafeMutableBufferPointer { bytes in
        bytes.baseAddress.map { gzread(file, $0 + filled, wanted) } ?? 0
      }
      if got < 0 {
        if hasEndedEarly { break }
        throw failure()
      }
      if got == 0 { break }
      filled += Int(got)
    }
    return filled
  }

  /// Checks that the data end here, and with them gzip's own checksum and length.
  func expectEnd(after expected: Int) throws(DatasetError) {
    var extra: UInt8 = 0
    switch gzread(file, &extra, 1) {
    case 0 where !hasEndedEarly: return
    case 1: throw .trailingBytes(path: path, expected: expected)
    case _: throw failure()
    }
  }

  private static func opened(_ path: String) throws(DatasetError) -> gzFile {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a file")
    }
    guard status.st_size > 0 || !path.hasSuffix(".gz") else {
      throw .damaged(path: path, reason: "it is empty")
    }
    guard let file = gzopen(path, "rb") else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    gzbuffer(file, 1 << 18)
    if path.hasSuffix(".gz"), gzdirect(file) != 0 {
      gzclose_r(file)
      throw .notGzip(path: path)
    }
    return file
  }

  private var hasEndedEarly: Bool {
    var code: Int32 = 0
    _ = gzerror(file, &code)
    return code == Z_BUF_ERROR
  }

  private func failure() -> DatasetError {
    var code: Int32 = 0
    let text = gzerror(file, &code)
    if code == Z_ERRNO { return .unreadable(path: path, reason: String(cString: strerror(errno))) }
    if code == Z_BUF_ERROR { return .damaged(path: path, reason: "the compressed data end early") }
    // zlib puts the path before its reason.
    let reason = text.map { String(cString: $0) } ?? "unknown"
    let prefix = path + ": "
    return .damaged(
      path: path, reason: reason.hasPrefix(prefix) ? String(reason.dropFirst(prefix.count)) : reason)
  }
}
