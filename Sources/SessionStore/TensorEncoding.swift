import GraphIR
import TensorFiles

/// How a tensor lies in a safetensors file where that is narrower than in memory.
///
/// `float16` and `bfloat16` are the format's own F16 and BF16, and become float32 in memory. `int4` holds int8
/// codes from −8 to 7, two a byte: element 2i in the low four bits of byte i, element 2i + 1 in the high four, each
/// in two's complement, elements in row-major order; the high bits after an odd last element are 0. The tensor
/// has type U8 and the shape [bytes], and `__metadata__` has the entry
/// `"packed:NAME": "int4 low-nibble-first [64,64,3,3]"` with the shape of the codes.
package enum TensorEncoding: Hashable, Sendable {
  case float16, bfloat16, int4

  /// Nil for types that lie in the file as in memory.
  init?(_ type: StoredType) {
    switch type {
    case .float32, .int32, .int8, .float64, .int64, .int16, .bool: return nil
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .uint8: self = .int4
    }
  }

  var type: StoredType {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int4: .uint8
    }
  }

  /// Whether every element comes back as it is.
  func holds(_ elements: Tensor.Elements) -> Bool {
    switch (self, elements) {
    case (.float16, .float32(let values)): values.allSatisfy { Float(Float16($0)) == $0 }
    case (.bfloat16, .float32(let values)): values.allSatisfy { $0.bitPattern & 0xFFFF == 0 && !$0.isNaN }
    case (.int4, .int8(let codes)): codes.allSatisfy { (-8...7).contains($0) }
    case (.float16, .int8), (.float16, .int32), (.bfloat16, .int8), (.bfloat16, .int32), (.int4, .float32),
      (.int4, .int32):
      false
    }
  }

  /// The elements as they lie in the file; they must be such that the encoding holds them.
  func bytes(of elements: Tensor.Elements) -> [UInt8] {
    switch (self, elements) {
    case (.float16, .float32(let values)): Self.bytes(values.map { Float16($0).bitPattern })
    case (.bfloat16, .float32(let values)):
      Self.bytes(values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) })
    case (.int4, .int8(let codes)): Self.packed(codes)
    case (.float16, .int8), (.float16, .int32), (.bfloat16, .int8), (.bfloat16, .int32), (.int4, .float32),
      (.int4, .int32):
      []
    }
  }

  private static func bytes(_ values: [UInt16]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
}

extension Float {
  init(bfloat16 bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}

/// Two codes a byte.
extension TensorEncoding {
  static func packedCount(_ count: Int) -> Int { count / 2 + count % 2 }

  fileprivate static func packed(_ codes: [Int8]) -> [UInt8] {
    (0..<packedCount(codes.count)).map { index in
      let low = UInt8(bitPattern: codes[2 * index]) & 0xF
      let high = 2 * index + 1 < codes.count ? UInt8(bitPattern: codes[2 * index + 1]) << 4 : 0
      return low | high
    }
  }

  static func unpacked(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Int8] {
    (0..<count).map { index in
      let byte = Int8(bitPattern: bytes[index / 2])
      // The arithmetic shift extends the sign.
      return index % 2 == 0 ? (byte << 4) >> 4 : byte >> 4
    }
  }

  private static let prefix = "packed:"
  private static let format = "int4 low-nibble-first "

  static func metadataKey(_ tensor: String) -> String { prefix + tensor }
  static func isMetadataKey(_ key: String) -> Bool { key.hasPrefix(prefix) }
  static func tensorName(_ key: String) -> String { String(key.dropFirst(prefix.count)) }

  static func packing(of shape: [Int]) -> String {
    format + "[" + shape.map(String.init).joined(separator: ",") + "]"
  }

  /// The shape of the codes in packed bytes, by their metadata.
  static func shape(
    _ packing: String?, of entry: SafetensorsHeader.Entry, _ bytes: UnsafeRawBufferPointer
  ) throws(SafetensorsError) -> [Int] {
    func refusal(_ reason: String) -> SafetensorsError { .packing(tensor: entry.name, reason: reason) }
    guard let packing else { throw refusal("the metadata lacks \"\(metadataKey(entry.name))\"") }
    let shape = packing.dropFirst(format.count + 1).dropLast().split(separator: ",").compactMap { Int($0) }
    // Written again, so that no second spelling is taken for the same.
    guard shape.count <= 16, packing == Self.packing(of: shape) else {
      throw refusal("its packing is not one that is known")
    }
    guard entry.shape.count == 1, let count = SafetensorsHeader.elements(shape),
      packedCount(count) == bytes.count
    else { throw refusal("its bytes do not match the shape of its codes") }
    guard count % 2 == 0 || bytes[bytes.count - 1] >> 4 == 0 else {
      throw refusal("bits after its last code are set")
    }
    return shape
  }
}

extension Model {
  /// What an integer model's nodes say of the width of their weights.
  ///
  /// A model that is still to be trained keeps all of its weights' digits.
  var encodings: [String: TensorEncoding] {
    guard kind == .integer else { return [:] }
    var encodings: [String: TensorEncoding] = [:]
    for node in graph.nodes {
      let name = node.name + ".weight"
      if let encoding = node.operation.weightEncoding, parameters[name] != nil { encodings[name] = encoding }
    }
    return encodings
  }
}

extension Operation {
  fileprivate var weightEncoding: TensorEncoding? {
    switch traits.storedWeights {
    case .float(let storage): storage.encoding
    case .integer(let bits): bits <= 4 ? .int4 : nil
    case nil: nil
    }
  }
}

extension FloatStorage {
  fileprivate var encoding: TensorEncoding? {
    switch self {
    case .float32: nil
    case .float16: .float16
    case .bfloat16: .bfloat16
    }
  }
}
