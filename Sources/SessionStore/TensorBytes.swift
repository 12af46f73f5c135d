import GraphIR
import TensorFiles

#if _endian(big)
  #error("tensors are written as they lie in memory, which must be little-endian as safetensors is")
#endif

extension Tensor.Elements {
  /// Copies the elements of a type out of a file's bytes, whatever their alignment; nil of bytes, which may be packed codes
  /// and don't tell their elements by themselves, and of types that a session does not write.
  init?(_ type: StoredType, _ bytes: UnsafeRawBufferPointer) {
    switch type {
    case .float32: self = .float32(Self.copy(bytes))
    case .int32: self = .int32(Self.copy(bytes))
    case .int8: self = .int8(Self.copy(bytes))
    case .float16:
      self = .float32((Self.copy(bytes) as [UInt16]).map { Float(Float16(bitPattern: $0)) })
    case .bfloat16: self = .float32((Self.copy(bytes) as [UInt16]).map(Float.init(bfloat16:)))
    case .uint8, .uint16, .uint32, .uint64, .float64, .int64, .int16, .bool: return nil
    }
  }

  private static func copy<Element: BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer) -> [Element] {
    let count = bytes.count / MemoryLayout<Element>.stride
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialized = count
    }
  }

  /// The elements as they lie in memory.
  func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch self {
    case .float32(let values): try values.withUnsafeBytes(body)
    case .int8(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    }
  }
}
