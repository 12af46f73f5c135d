internal import CZlib
import Glibc

/// A file that is read block by block, with the checksum of what was read.
final class FileBlocks {
  static let checksumBytes = 8

  let byteCount: Int
  private let file: Int32
  private var checksum = crc32(0, nil, 0)

  init(reading path: String) throws(FileReadingError) {
    file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    guard file >= 0 else { throw .system() }
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw FileReadingError(reason: "it is not a file")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(file) }

  /// The next bytes; nil where there are not as many.
  func block(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= byteCount else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = read(file, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { break }
        filled += got
      }
    }
    guard bytes.count == count else { return nil }
    checksum = updated(checksum, bytes)
    return bytes
  }

  /// True where the next bytes are the checksum of those before them.
  var hasRightChecksum: Bool {
    let expected = checksum
    guard let found = block(FileBlocks.checksumBytes) else { return false }
    return found == bytes(ofChecksum: expected)
  }
}

/// Writes blocks and their checksum under a name, whole or not at all; false where that failed.
func writeBlocks(_ blocks: [[UInt8]], to path: String) -> Bool {
  let temporary = "\(path).\(getpid()).tmp"
  let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
  guard file >= 0 else { return false }
  var checksum = crc32(0, nil, 0)
  for block in blocks { checksum = updated(checksum, block) }
  let isWritten = (blocks + [bytes(ofChecksum: checksum)]).allSatisfy { write($0, to: file) }
  let isClosed = close(file) == 0
  guard isWritten, isClosed, rename(temporary, path) == 0 else {
    unlink(temporary)
    return false
  }
  return true
}

private func write(_ bytes: [UInt8], to file: Int32) -> Bool {
  bytes.withUnsafeBytes { bytes in
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(file, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}

private func updated(_ checksum: UInt, _ bytes: [UInt8]) -> UInt {
  bytes.withUnsafeBufferPointer { bytes in
    var checksum = checksum
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = min(bytes.count - done, 1 << 30)
      checksum = crc32(checksum, base + done, UInt32(count))
      done += count
    }
    return checksum
  }
}

private func bytes(ofChecksum checksum: UInt) -> [UInt8] {
  (0..<FileBlocks.checksumBytes).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt($0))) }
}
