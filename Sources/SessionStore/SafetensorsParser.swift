extension SafetensorsHeader {
  /// Reads and checks the header of a whole file; memory stays in proportion to the file's bytes.
  ///
  /// Returns the header and the offset of the first tensor's bytes.
  static func parse(
    _ file: UnsafeRawBufferPointer
  ) throws(SafetensorsError) -> (header: SafetensorsHeader, dataStart: Int) {
    guard file.count >= 8 else { throw .tooShort }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(longest, file.count - 8)) else { throw .headerLength(length) }
    let dataStart = 8 + Int(length)
    var parser = SafetensorsParser(
      scanner: JSONScanner(UnsafeRawBufferPointer(rebasing: file[8..<dataStart])))
    let header = try parser.header()
    try header.checkPlaces(dataCount: file.count - dataStart)
    return (header, dataStart)
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
  var scanner: JSONScanner

  mutating func header() throws(SafetensorsError) -> SafetensorsHeader {
    var header = SafetensorsHeader(entries: [], metadata: [:])
    var names: Set<String> = []
    try scanner.expect("{")
    var isFirst = true
    while try scanner.hasMember(until: "}", isFirst: &isFirst) {
      let offset = scanner.offset
      let name = try scanner.key()
      guard names.insert(name).inserted else {
        throw .header(reason: "the name \"\(name)\" appears twice", offset: offset)
      }
      if name == SafetensorsHeader.metadataKey {
        header.metadata = try metadata()
      } else {
        header.entries.append(try entry(name))
      }
    }
    try scanner.expectEnd()
    header.entries.sort { one, other in
      (one.range.lowerBound, one.range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }
    return header
  }

  private mutating func metadata() throws(SafetensorsError) -> [String: String] {
    var pairs: [String: String] = [:]
    try scanner.expect("{")
    var isFirst = true
    while try scanner.hasMember(until: "}", isFirst: &isFirst) {
      let offset = scanner.offset
      let key = try scanner.key()
      guard pairs.updateValue(try scanner.string(), forKey: key) == nil else {
        throw .header(reason: "the metadata \"\(key)\" appears twice", offset: offset)
      }
    }
    return pairs
  }

  private mutating func entry(_ name: String) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    let start = scanner.offset
    try scanner.expect("{")
    var isFirst = true
    while try scanner.hasMember(until: "}", isFirst: &isFirst) {
      let offset = scanner.offset
      let key = try scanner.key()
      switch key {
      case "dtype" where type == nil: type = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.integers(limit: 16)
      case "data_offsets" where offsets == nil: offsets = try scanner.integers(limit: 2)
      default: throw .header(reason: "unexpected \"\(key)\"", offset: offset)
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw .header(
        reason: "tensor \"\(name)\" needs dtype, shape and two data_offsets", offset: start)
    }
    guard let known = SafetensorsHeader.ElementType(rawValue: type) else {
      throw .unsupportedType(tensor: name, type: type)
    }
    guard offsets[0] <= offsets[1] else { throw .size(tensor: name) }
    return SafetensorsHeader.Entry(name: name, type: known, shape: shape, range: offsets[0]..<offsets[1])
  }
}
