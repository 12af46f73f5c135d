import GraphIR
import TensorFiles

/// How a tensor lies in a safetensors file where that is narrower than in memory.
///
/// `float16` and `bfloat16` are the format's own F16 and BF16, and become float32 in memory; `integer` holds int8 codes
/// of 2 to 7 bits as `CodePacking` lays them.
package enum TensorEncoding: Hashable, Sendable {
  case float16, bfloat16
  case integer(bits: Int)

  /// Nil for types that lie in the file as in memory, and for packed bytes, which don't tell their width.
  init?(_ type: StoredType) {
    switch type {
    case .float32, .int32, .int8, .uint8, .uint16, .uint32, .uint64, .float64, .int64, .int16, .bool:
      return nil
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    }
  }

  var type: StoredType {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .integer: .uint8
    }
  }

  /// Of codes; nil for floats.
  var packing: CodePacking? {
    if case .integer(let bits) = self { CodePacking(bits: bits) } else { nil }
  }

  /// Whether every element comes back as it is.
  func holds(_ elements: Tensor.Elements) -> Bool {
    switch (self, elements) {
    case (.float16, .float32(let values)): values.allSatisfy { Float(Float16($0)) == $0 }
    case (.bfloat16, .float32(let values)): values.allSatisfy { $0.bitPattern & 0xFFFF == 0 && !$0.isNaN }
    case (.integer(let bits), .int8(let codes)):
      CodePacking.widths.contains(bits) && CodePacking(bits: bits).holds(codes)
    case (.float16, .int8), (.float16, .int32), (.bfloat16, .int8), (.bfloat16, .int32), (.integer, .float32),
      (.integer, .int32):
      false
    }
  }

  /// The elements as they lie in the file; they must be such that the encoding holds them.
  func bytes(of elements: Tensor.Elements) -> [UInt8] {
    switch (self, elements) {
    case (.float16, .float32(let values)): Self.bytes(values.map { Float16($0).bitPattern })
    case (.bfloat16, .float32(let values)):
      Self.bytes(values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) })
    case (.integer(let bits), .int8(let codes)): CodePacking(bits: bits).packed(codes)
    case (.float16, .int8), (.float16, .int32), (.bfloat16, .int8), (.bfloat16, .int32), (.integer, .float32),
      (.integer, .int32):
      []
    }
  }

  private static func bytes(_ values: [UInt16]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
}

extension Float {
  init(bfloat16 bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}

extension TensorEncoding {
  /// Of a layer's weights; nil where they lie in the file as in memory.
  init?(_ weights: StoredWeights) {
    switch weights {
    // A file may say 1 bit, which −1 and 0 would fit; two are the least that is packed.
    case .integer(let bits) where bits < 8: self = .integer(bits: max(bits, 2))
    case .float(.float16): self = .float16
    case .float(.bfloat16): self = .bfloat16
    case .integer, .float(.float32): return nil
    }
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
      guard parameters[name] != nil else { continue }
      encodings[name] = node.operation.traits.storedWeights.flatMap(TensorEncoding.init)
    }
    return encodings
  }
}
