import Text

/// The header of a safetensors file: for each tensor its type, shape and place, in the order of the bytes.
///
/// The format (huggingface/safetensors): u64 little-endian header length, JSON header padded with spaces to
/// 8 bytes, `{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {string: string}}`,
/// then the tensors without hole or overlap; offsets count from the end of the header.
package struct SafetensorsHeader: Equatable {
  package struct Entry: Equatable {
    package var name: String
    package var type: StoredType
    package var shape: [Int]
    /// Bytes after the header.
    package var range: Range<Int>

    package init(name: String, type: StoredType, shape: [Int], range: Range<Int>) {
      self.name = name
      self.type = type
      self.shape = shape
      self.range = range
    }
  }

  /// Bytes of a header at the most, as the reference reads it.
  package static let longest = 100_000_000
  package static let metadataKey = "__metadata__"

  package var entries: [Entry]
  package var metadata: [String: String]

  package init(entries: [Entry], metadata: [String: String]) {
    self.entries = entries
    self.metadata = metadata
  }

  /// Bytes of all tensors together.
  package var dataCount: Int { entries.last?.range.upperBound ?? 0 }
}

extension SafetensorsHeader {
  /// Product of the extents; nil where one is negative or the product does not fit.
  package static func elements(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (value, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      product = value
    }
    return product
  }

  /// Length and header as they stand in the file.
  package var bytes: [UInt8] {
    var members: [JSONObject.Member] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
      members.append(
        JSONObject.Member(
          key: Self.metadataKey,
          value: .object(
            JSONObject(pairs.map { JSONObject.Member(key: $0.key, value: .string($0.value)) }))))
    }
    members += entries.map { entry in
      JSONObject.Member(
        key: entry.name,
        value: .object([
          "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map(JSONValue.integer)),
          "data_offsets": .array([entry.range.lowerBound, entry.range.upperBound].map(JSONValue.integer)),
        ]))
    }
    var text = Array(JSONValue.object(JSONObject(members)).line.utf8)
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }
}
