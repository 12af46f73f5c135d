/// A file or folder of a tar archive in POSIX's form "ustar" (pax(1), IEEE 1003.1): its header, and what fills its last
/// block.
struct TarEntry {
  /// With `/` between folders, and at the end of a folder's own.
  var path: String
  var byteCount = 0
  /// Seconds since 1970.
  var modified: Int64

  static let block = 512
  /// Two empty blocks end an archive.
  static let end = [UInt8](repeating: 0, count: 2 * block)

  private var isFolder: Bool { path.hasSuffix("/") }

  /// Bytes after the content that fill its last block.
  var padding: [UInt8] {
    [UInt8](repeating: 0, count: (Self.block - byteCount % Self.block) % Self.block)
  }

  /// The block before the content; nil where the form has no room for the path or the size.
  var header: [UInt8]? {
    guard let (prefix, name) = parts, let size = Self.octal(UInt64(byteCount), digits: 11),
      let time = Self.octal(UInt64(max(0, modified)), digits: 11)
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Self.block)
    func put(_ field: [UInt8], at place: Int) {
      bytes.replaceSubrange(place..<place + field.count, with: field)
    }
    put(Array(name.utf8), at: 0)
    put(Array((isFolder ? "0000700" : "0000600").utf8), at: 100)
    // Whoever unpacks it owns it.
    put(Array("0000000".utf8), at: 108)
    put(Array("0000000".utf8), at: 116)
    put(size, at: 124)
    put(time, at: 136)
    put(Array(repeating: UInt8(ascii: " "), count: 8), at: 148)
    bytes[156] = UInt8(ascii: isFolder ? "5" : "0")
    put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
    put(Array(prefix.utf8), at: 345)
    let sum = bytes.reduce(UInt64(0)) { $0 + UInt64($1) }
    guard let digits = Self.octal(sum, digits: 6) else { return nil }
    put(digits + [0], at: 148)
    return bytes
  }

  /// The path as the form has it: 155 bytes of folders at the most, and 100 of what is left.
  private var parts: (prefix: String, name: String)? {
    if path.utf8.count <= 100 { return ("", path) }
    for slash in path.indices.reversed() where path[slash] == "/" {
      let (prefix, name) = (path[..<slash], path[path.index(after: slash)...])
      if !name.isEmpty, name.utf8.count <= 100, prefix.utf8.count <= 155 {
        return (String(prefix), String(name))
      }
    }
    return nil
  }

  /// Nil where the number has more digits.
  private static func octal(_ number: UInt64, digits: Int) -> [UInt8]? {
    let text = String(number, radix: 8)
    guard text.utf8.count <= digits else { return nil }
    return Array((String(repeating: "0", count: digits - text.utf8.count) + text).utf8)
  }
}
