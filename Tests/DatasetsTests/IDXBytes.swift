import Foundation

/// Bytes of an IDX file, written from the format's description: 0, 0, 8, rank, big-endian sizes, values.
func idx(_ sizes: [UInt32], _ values: [UInt8], magic: [UInt8]? = nil) -> [UInt8] {
  let head = magic ?? [0, 0, 8, UInt8(sizes.count)]
  return head + sizes.flatMap { bigEndian($0) } + values
}

/// A gzip file (RFC 1952) of one uncompressed deflate block (RFC 1951, 3.2.4), its checksum worked out here.
func gzipped(_ content: [UInt8]) -> [UInt8] {
  let length = UInt16(content.count)
  let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
  let block = [1] + littleEndian(UInt32(length), 2) + littleEndian(UInt32(~length), 2) + content
  return header + block + littleEndian(crc32(content), 4) + littleEndian(UInt32(content.count), 4)
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = 0xffff_ffff
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
  }
  return ~crc
}

private func bigEndian(_ value: UInt32) -> [UInt8] { littleEndian(value, 4).reversed() }

private func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
}

/// A folder that is removed with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    let name = "datasets-\(UUID().uuidString)"
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(name, isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// Five training and three test images of 2×3 pixels, numbered through, with the suffix ".gz" or "".
  static func withDigits(suffix: String = ".gz") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, content) in digitFiles {
      try folder.write(name + suffix, suffix == ".gz" ? gzipped(content) : content)
    }
    return folder
  }
}

let digitFiles: [String: [UInt8]] = [
  "train-images-idx3-ubyte": idx([5, 2, 3], Array(0..<30)),
  "train-labels-idx1-ubyte": idx([5], [3, 1, 4, 1, 5]),
  "t10k-images-idx3-ubyte": idx([3, 2, 3], Array(100..<118)),
  "t10k-labels-idx1-ubyte": idx([3], [9, 2, 6]),
]
