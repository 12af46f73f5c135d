import Glibc

/// A file's bytes by place, read when they are asked for; or bytes in memory.
final class FileBytes {
  private enum Source {
    case file(Int32)
    case memory([UInt8])
  }

  private let source: Source
  let count: Int

  init(_ bytes: [UInt8]) {
    source = .memory(bytes)
    count = bytes.count
  }

  /// Opens a regular file.
  init(path: String) throws(TensorFileError) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(reason: systemReason()) }
    source = .file(descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(reason: systemReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(reason: "it is not a regular file") }
    count = Int(status.st_size)
  }

  deinit {
    if case .file(let descriptor) = source { close(descriptor) }
  }

  /// The bytes of a place that lies in the file.
  func read(_ range: Range<Int>) throws(TensorFileError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw .truncated(needed: range.upperBound, count: count)
    }
    switch source {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let descriptor): return try Self.read(range, of: descriptor)
    }
  }

  private static func read(_ range: Range<Int>, of descriptor: Int32) throws(TensorFileError) -> [UInt8] {
    var failure: TensorFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let target = UnsafeMutableRawBufferPointer(buffer).baseAddress?.advanced(by: filled)
        let got = pread(descriptor, target, range.count - filled, off_t(range.lowerBound + filled))
        if got < 0 {
          if errno == EINTR { continue }
          failure = .unreadable(reason: systemReason())
          return
        }
        guard got > 0 else {
          failure = .truncated(needed: range.upperBound, count: range.lowerBound + filled)
          return
        }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

private func systemReason() -> String { String(cString: strerror(errno)) }

/// Unsigned little-endian numbers of bytes that may be short.
struct LittleEndian {
  let bytes: [UInt8]

  /// Number of `size` bytes at a place; nil where the bytes end before.
  private func number(at offset: Int, size: Int) -> UInt64? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  func uint16(_ offset: Int) -> Int? { number(at: offset, size: 2).map(Int.init) }
  func uint32(_ offset: Int) -> Int? { number(at: offset, size: 4).map(Int.init) }
  /// Nil, too, where the number is no place in any file.
  func uint64(_ offset: Int) -> Int? { number(at: offset, size: 8).flatMap(Int.init(exactly:)) }
}
