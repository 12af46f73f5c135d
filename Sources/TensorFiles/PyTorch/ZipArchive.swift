/// The records of a zip archive, as PyTorch writes it: stored, with sizes in the central directory.
///
/// PKWARE's APPNOTE 6.3.10, with the 64-bit records.
struct ZipArchive {
  struct Record: Equatable {
    /// Where its local header begins.
    var header: Int
    var count: Int
    var checksum: UInt32
  }

  private let file: FileBytes
  private(set) var records: [String: Record] = [:]

  /// Reads the directory; nothing of the records themselves.
  init(_ file: FileBytes) throws(TensorFileError) {
    self.file = file
    let directory = try Self.directory(of: file)
    let bytes = LittleEndian(bytes: try file.read(directory))
    var place = 0
    while place < bytes.bytes.count {
      let (name, record, next) = try Self.entry(bytes, at: place)
      guard records.updateValue(record, forKey: name) == nil else {
        throw .archive(reason: "it has two records \"\(name)\"")
      }
      place = next
    }
  }

  /// The bytes of a record, whose checksum is verified.
  func read(_ name: String) throws(TensorFileError) -> [UInt8] {
    guard let record = records[name] else { throw .archive(reason: "it lacks the record \"\(name)\"") }
    guard record.header <= file.count - 30 else {
      throw .archive(reason: "the record \"\(name)\" lies outside of it")
    }
    let end = record.header + 30
    let header = LittleEndian(bytes: try file.read(record.header..<end))
    guard header.uint32(0) == 0x0403_4B50, let nameCount = header.uint16(26),
      let extraCount = header.uint16(28)
    else { throw .archive(reason: "the record \"\(name)\" is not where its directory says") }
    let start = end + nameCount + extraCount
    let (last, tooFar) = start.addingReportingOverflow(record.count)
    guard !tooFar else { throw .archive(reason: "the record \"\(name)\" lies outside of it") }
    let bytes = try file.read(start..<last)
    guard CRC32.checksum(bytes) == record.checksum else { throw .damagedRecord(name: name) }
    return bytes
  }

  /// Where the central directory lies, by the record at the archive's end.
  private static func directory(of file: FileBytes) throws(TensorFileError) -> Range<Int> {
    // The last record has 22 bytes and a comment of up to 65,535.
    let start = max(0, file.count - 22 - 65_535)
    let tail = LittleEndian(bytes: try file.read(start..<file.count))
    var place = tail.bytes.count - 22
    while place >= 0, tail.uint32(place) != 0x0605_4B50 { place -= 1 }
    guard place >= 0, var size = tail.uint32(place + 12), var offset = tail.uint32(place + 16) else {
      throw .archive(reason: "it has no directory; is the file whole?")
    }
    // The 64-bit record, where there is one, is told by a locator of 20 bytes before the end.
    if place >= 20, tail.uint32(place - 20) == 0x0706_4B50, let end = tail.uint64(place - 12) {
      guard end <= file.count - 56 else { throw .archive(reason: "its directory lies outside of it") }
      let record = LittleEndian(bytes: try file.read(end..<end + 56))
      guard record.uint32(0) == 0x0606_4B50, let longSize = record.uint64(40),
        let longOffset = record.uint64(48)
      else { throw .archive(reason: "its directory lies outside of it") }
      (size, offset) = (longSize, longOffset)
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= file.count else { throw .archive(reason: "its directory lies outside of it") }
    return offset..<end
  }

  private static func entry(
    _ bytes: LittleEndian, at place: Int
  ) throws(TensorFileError) -> (name: String, record: Record, next: Int) {
    guard bytes.uint32(place) == 0x0201_4B50, let flags = bytes.uint16(place + 8),
      let method = bytes.uint16(place + 10), let checksum = bytes.uint32(place + 16),
      var stored = bytes.uint32(place + 20), var count = bytes.uint32(place + 24),
      let nameCount = bytes.uint16(place + 28), let extraCount = bytes.uint16(place + 30),
      let commentCount = bytes.uint16(place + 32), var header = bytes.uint32(place + 42)
    else { throw .archive(reason: "its directory is malformed") }
    let next = place + 46 + nameCount + extraCount + commentCount
    guard next <= bytes.bytes.count else { throw .archive(reason: "its directory is malformed") }
    let nameEnd = place + 46 + nameCount
    let name = String(decoding: bytes.bytes[place + 46..<nameEnd], as: UTF8.self)
    guard flags & 1 == 0 else { throw .archive(reason: "the record \"\(name)\" is encrypted") }
    guard method == 0 else { throw .archive(reason: "the record \"\(name)\" is compressed") }
    var extra = nameEnd
    while extra + 4 <= nameEnd + extraCount, let id = bytes.uint16(extra), let size = bytes.uint16(extra + 2)
    {
      if id == 1 {
        var field = extra + 4
        let end = min(field + size, nameEnd + extraCount)
        /// Takes the next 64-bit number where the directory's own has no room for it.
        func widen(_ value: inout Int) throws(TensorFileError) {
          guard value == 0xFFFF_FFFF else { return }
          guard field + 8 <= end, let wide = bytes.uint64(field) else {
            throw .archive(reason: "its directory is malformed")
          }
          value = wide
          field += 8
        }
        try widen(&count)
        try widen(&stored)
        try widen(&header)
      }
      extra += 4 + size
    }
    guard stored == count else { throw .archive(reason: "the record \"\(name)\" is compressed") }
    return (name, Record(header: header, count: count, checksum: UInt32(truncatingIfNeeded: checksum)), next)
  }
}
