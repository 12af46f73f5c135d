import Text

extension SafetensorsHeader {
  /// Reads and checks the header of a whole file; memory stays in proportion to the file's bytes.
  ///
  /// Returns the header and the offset of the first tensor's bytes.
  package static func parse(
    _ file: UnsafeRawBufferPointer
  ) throws(SafetensorsError) -> (header: SafetensorsHeader, dataStart: Int) {
    guard file.count >= 8 else { throw .tooShort }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(longest, file.count - 8)) else { throw .headerLength(length) }
    let dataStart = 8 + Int(length)
    let header = try parse(
      header: UnsafeRawBufferPointer(rebasing: file[8..<dataStart]), dataCount: file.count - dataStart)
    return (header, dataStart)
  }

  /// Reads and checks a header by itself; `dataCount` bytes follow it in the file.
  static func parse(
    header bytes: UnsafeRawBufferPointer, dataCount: Int
  ) throws(SafetensorsError) -> SafetensorsHeader {
    var parser = SafetensorsParser(reader: JSONReader(bytes))
    do throws(JSONFault) {
      try parser.readHeader()
    } catch {
      throw .header(reason: error.reason.words, offset: error.offset)
    }
    let header = try parser.header()
    try header.checkPlaces(dataCount: dataCount)
    return header
  }

  private func checkPlaces(dataCount found: Int) throws(SafetensorsError) {
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else { throw .notContiguous(tensor: entry.name) }
      let (count, overflow) = (Self.elements(entry.shape) ?? -1)
        .multipliedReportingOverflow(by: entry.type.byteCount)
      guard !overflow, count == entry.range.count else { throw .size(tensor: entry.name) }
      end = entry.range.upperBound
    }
    guard end == found else { throw .fileLength(expected: end, found: found) }
  }
}

/// Reads exactly the members that the format knows; there is nothing in it to nest, so no text can go deep.
private struct SafetensorsParser {
  private struct Entry {
    var name: String
    var type: String
    var shape: [Int]
    var offsets: [Int]
  }

  var reader: JSONReader
  private var entries: [Entry] = []
  private var metadata: [String: String] = [:]

  init(reader: JSONReader) { self.reader = reader }

  /// What was read, in the order of the bytes.
  func header() throws(SafetensorsError) -> SafetensorsHeader {
    var header = SafetensorsHeader(entries: [], metadata: metadata)
    for entry in entries {
      guard let type = StoredType(rawValue: entry.type) else {
        throw .unsupportedType(tensor: entry.name, type: entry.type)
      }
      guard entry.offsets[0] <= entry.offsets[1] else { throw .size(tensor: entry.name) }
      header.entries.append(
        SafetensorsHeader.Entry(
          name: entry.name, type: type, shape: entry.shape, range: entry.offsets[0]..<entry.offsets[1]))
    }
    header.entries.sort { one, other in
      (one.range.lowerBound, one.range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }
    return header
  }

  mutating func readHeader() throws(JSONFault) {
    var names: Set<String> = []
    try reader.expect("{")
    var isFirst = true
    while try reader.hasMember(until: "}", isFirst: &isFirst) {
      let offset = reader.offset
      let name = try reader.key()
      guard names.insert(name).inserted else {
        throw reader.fault(.refused("the name \"\(name)\" appears twice"), at: offset)
      }
      if name == SafetensorsHeader.metadataKey { try readMetadata() } else { try readEntry(name) }
    }
    try reader.expectEnd()
  }

  private mutating func readMetadata() throws(JSONFault) {
    try reader.expect("{")
    var isFirst = true
    while try reader.hasMember(until: "}", isFirst: &isFirst) {
      let offset = reader.offset
      let key = try reader.key()
      guard metadata.updateValue(try reader.string(), forKey: key) == nil else {
        throw reader.fault(.refused("the metadata \"\(key)\" appears twice"), at: offset)
      }
    }
  }

  private mutating func readEntry(_ name: String) throws(JSONFault) {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    let start = reader.offset
    try reader.expect("{")
    var isFirst = true
    while try reader.hasMember(until: "}", isFirst: &isFirst) {
      let offset = reader.offset
      let key = try reader.key()
      switch key {
      case "dtype" where type == nil: type = try reader.string()
      case "shape" where shape == nil: shape = try integers(limit: 16)
      case "data_offsets" where offsets == nil: offsets = try integers(limit: 2)
      default: throw reader.fault(.refused("unexpected \"\(key)\""), at: offset)
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw reader.fault(.refused("tensor \"\(name)\" needs dtype, shape and two data_offsets"), at: start)
    }
    entries.append(Entry(name: name, type: type, shape: shape, offsets: offsets))
  }

  /// `[1, 2]`, at most `limit` whole numbers from 0 up.
  private mutating func integers(limit: Int) throws(JSONFault) -> [Int] {
    var values: [Int] = []
    try reader.expect("[")
    var isFirst = true
    while try reader.hasMember(until: "]", isFirst: &isFirst) {
      guard values.count < limit else {
        throw reader.fault(.refused("more than \(limit) numbers in a list"))
      }
      let offset = reader.offset
      let spelling = try reader.number()
      guard let value = UInt(spelling).flatMap(Int.init(exactly:)) else {
        throw reader.fault(.refused("\(spelling) is no whole number from 0 up that fits"), at: offset)
      }
      values.append(value)
    }
    return values
  }
}
