import GraphIR
import Text

/// The header of a safetensors file: for each tensor its type, shape and place, in the order of the bytes.
///
/// The format (huggingface/safetensors): u64 little-endian header length, JSON header padded with spaces to
/// 8 bytes, `{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {string: string}}`,
/// then the tensors without hole or overlap; offsets count from the end of the header.
struct SafetensorsHeader: Equatable {
  enum ElementType: String, CaseIterable {
    case float32 = "F32"
    case int32 = "I32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int8 = "I8"
    /// Bytes that hold codes of 2 to 7 bits; see `CodePacking`.
    case packed = "U8"

    var byteCount: Int {
      switch self {
      case .float32, .int32: 4
      case .float16, .bfloat16: 2
      case .int8, .packed: 1
      }
    }
  }

  struct Entry: Equatable {
    var name: String
    var type: ElementType
    var shape: [Int]
    var range: Range<Int>
  }

  static let longest = 100_000_000
  static let metadataKey = "__metadata__"

  var entries: [Entry]
  var metadata: [String: String]
  /// Bytes of all tensors together.
  var dataCount: Int { entries.last?.range.upperBound ?? 0 }
}

extension SafetensorsHeader {
  /// The one header for these tensors: by alignment of the type descending, then type, then name.
  ///
  /// Throws `.inconsistentTensor` where a shape does not fit its elements.
  init(
    _ parameters: ParameterSet, metadata: [String: String], encodings: [String: TensorEncoding] = [:]
  ) throws(StoreError) {
    var entries: [Entry] = []
    var metadata = metadata
    for (name, tensor) in parameters.tensors {
      var (type, count) = Self.layout(tensor.elements)
      var shape = tensor.shape
      guard name != Self.metadataKey, Self.elements(shape) == count else {
        throw StoreError.inconsistentTensor(name)
      }
      if let encoding = encodings[name] {
        type = encoding.type
        if let packing = encoding.packing {
          metadata[CodePacking.metadataKey(name)] = packing.description(of: shape)
          count = packing.byteCount(count)
          shape = [count]
        }
      }
      entries.append(Entry(name: name, type: type, shape: shape, range: 0..<count * type.byteCount))
    }
    entries.sort { one, other in
      if one.type == other.type { return one.name.utf8.lexicographicallyPrecedes(other.name.utf8) }
      if one.type.byteCount != other.type.byteCount { return one.type.byteCount > other.type.byteCount }
      return one.type.rawValue < other.type.rawValue
    }
    var end = 0
    for index in entries.indices {
      let begin = end
      end += entries[index].range.count
      entries[index].range = begin..<end
    }
    self.init(entries: entries, metadata: metadata)
  }

  private static func layout(_ elements: Tensor.Elements) -> (type: ElementType, count: Int) {
    switch elements {
    case .float32(let values): (.float32, values.count)
    case .int8(let values): (.int8, values.count)
    case .int32(let values): (.int32, values.count)
    }
  }

  /// Product of the extents; nil where one is negative or the product does not fit.
  static func elements(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (value, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      product = value
    }
    return product
  }

  /// Length and header as they stand in the file.
  var bytes: [UInt8] {
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
