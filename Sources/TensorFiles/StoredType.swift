/// How the numbers of a tensor lie in a file, little-endian; raw values are safetensors' names.
package enum StoredType: String, CaseIterable, Sendable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  /// Also bytes that hold codes of 4 bits in a session's own files.
  case uint8 = "U8"
  case uint16 = "U16"
  case uint32 = "U32"
  case uint64 = "U64"
  case bool = "BOOL"

  package var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The class in module `torch` that stands for a storage of this type.
  package var torchStorage: String {
    switch self {
    case .float64: "DoubleStorage"
    case .float32: "FloatStorage"
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .int64: "LongStorage"
    case .int32: "IntStorage"
    case .int16: "ShortStorage"
    case .int8: "CharStorage"
    case .uint8: "ByteStorage"
    case .uint16: "UInt16Storage"
    case .uint32: "UInt32Storage"
    case .uint64: "UInt64Storage"
    case .bool: "BoolStorage"
    }
  }

  /// Number `index` of bytes that hold so many; integers and doubles are rounded to the nearest float.
  func value(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Float {
    func load<Number: BitwiseCopyable>(_ type: Number.Type) -> Number {
      bytes.loadUnaligned(fromByteOffset: index * byteCount, as: type)
    }
    return switch self {
    case .float64: Float(load(Double.self))
    case .float32: load(Float.self)
    case .float16: Float(Float16(bitPattern: load(UInt16.self)))
    case .bfloat16: Float(bitPattern: UInt32(load(UInt16.self)) << 16)
    case .int64: Float(load(Int64.self))
    case .int32: Float(load(Int32.self))
    case .int16: Float(load(Int16.self))
    case .int8: Float(load(Int8.self))
    case .uint8: Float(load(UInt8.self))
    case .uint16: Float(load(UInt16.self))
    case .uint32: Float(load(UInt32.self))
    case .uint64: Float(load(UInt64.self))
    case .bool: load(UInt8.self) == 0 ? 0 : 1
    }
  }
}

#if _endian(big)
  #error("numbers are read as they lie in files, little-endian")
#endif
