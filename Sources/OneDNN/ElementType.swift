internal import COneDNN

/// Type of a tensor's elements.
package enum ElementType: Sendable {
  case float32, bfloat16, int32, int8, uint8

  package var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16: 2
    case .int8, .uint8: 1
    }
  }

  init(_ raw: odn_type) {
    switch raw {
    case ODN_BF16: self = .bfloat16
    case ODN_S32: self = .int32
    case ODN_S8: self = .int8
    case ODN_U8: self = .uint8
    default: self = .float32
    }
  }

  var raw: odn_type {
    switch self {
    case .float32: ODN_F32
    case .bfloat16: ODN_BF16
    case .int32: ODN_S32
    case .int8: ODN_S8
    case .uint8: ODN_U8
    }
  }
}

/// Whether the processor multiplies bfloat16 in its vector unit, and oneDNN may use it.
package var processorMultipliesBFloat16: Bool { odn_multiplies_bf16() != 0 }

/// Whether the processor multiplies tiles of bfloat16 (AMX), and oneDNN may use it.
package var processorMultipliesTiles: Bool { odn_multiplies_bf16_tiles() != 0 }

/// True where oneDNN adds products of u8 and s8 in 32 bits (VNNI); else two of them are added in 16 bits, which
/// saturate (`vpmaddubsw`: 2·255·127 > 32767).
package var addsByteProductsExactly: Bool { odn_adds_byte_products_exactly() != 0 }
