import GraphIR
import TensorFiles

/// How integer codes of 2 to 7 bits lie in the bytes of a safetensors file: one behind the other, without a gap.
///
/// Bit b of the codes, from 0, is bit b mod 8 of byte b / 8, bit 0 being the lowest. Code i of `bits` bits begins at bit
/// i·bits with its lowest, in two's complement; codes are in row-major order, and the bits after the last one are 0.
/// So eight codes take `bits` bytes, and of 4 bits each byte holds two, the first in its low half.
///
/// The tensor has type U8 and the shape [bytes], and `__metadata__` has the entry
/// `"packed:NAME": "int3 low-bits-first [64,64,3,3]"` with the shape of the codes; of 4 bits the order is called
/// `low-nibble-first`, which is the same.
struct CodePacking: Hashable {
  static let widths = 2...7

  let bits: Int

  /// Bytes of so many codes.
  func byteCount(_ count: Int) -> Int { count / 8 * bits + (count % 8 * bits + 7) / 8 }

  func holds(_ codes: [Int8]) -> Bool {
    let half = 1 << (bits - 1)
    return codes.allSatisfy { -half <= Int($0) && Int($0) < half }
  }

  /// The bytes of codes that it holds.
  func packed(_ codes: [Int8]) -> [UInt8] {
    let mask: UInt64 = 1 << UInt64(bits) - 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount(codes.count))
    for start in stride(from: 0, to: codes.count, by: 8) {
      let end = min(start + 8, codes.count)
      var group: UInt64 = 0
      for index in start..<end {
        group |= (UInt64(truncatingIfNeeded: codes[index]) & mask) << UInt64(bits * (index - start))
      }
      for byte in 0..<byteCount(end - start) {
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt64(8 * byte)))
      }
    }
    return bytes
  }

  /// The first `count` codes of `bytes`, which are as many as these need.
  func unpacked(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Int8] {
    var codes: [Int8] = []
    codes.reserveCapacity(count)
    for start in stride(from: 0, to: count, by: 8) {
      let first = start / 8 * bits
      var group: UInt64 = 0
      for byte in first..<min(first + bits, bytes.count) {
        group |= UInt64(bytes[byte]) << UInt64(8 * (byte - first))
      }
      for place in 0..<min(8, count - start) {
        // The code's bits at the top, from where the arithmetic shift extends the sign.
        let top = Int64(bitPattern: group << UInt64(64 - bits * (place + 1)))
        codes.append(Int8(truncatingIfNeeded: top >> Int64(64 - bits)))
      }
    }
    return codes
  }
}

/// The description in the file's metadata.
extension CodePacking {
  private static let prefix = "packed:"

  static func metadataKey(_ tensor: String) -> String { prefix + tensor }
  static func isMetadataKey(_ key: String) -> Bool { key.hasPrefix(prefix) }
  static func tensorName(_ key: String) -> String { String(key.dropFirst(prefix.count)) }

  private var format: String { "int\(bits) " + (bits == 4 ? "low-nibble-first " : "low-bits-first ") }

  func description(of shape: [Int]) -> String {
    format + "[" + shape.map(String.init).joined(separator: ",") + "]"
  }

  /// The packing that a tensor's metadata tell, and the codes in its bytes.
  static func codes(
    _ description: String?, of entry: SafetensorsHeader.Entry, _ bytes: UnsafeRawBufferPointer
  ) throws(SafetensorsError) -> (packing: CodePacking, codes: Tensor) {
    func refusal(_ reason: String) -> SafetensorsError { .packing(tensor: entry.name, reason: reason) }
    guard let description else { throw refusal("the metadata lacks \"\(metadataKey(entry.name))\"") }
    let packing = widths.map(CodePacking.init).first { description.hasPrefix($0.format) }
    guard let packing else { throw refusal("its packing is not one that is known") }
    let shape = description.dropFirst(packing.format.count + 1).dropLast().split(separator: ",")
      .compactMap { Int($0) }
    // Written again, so that no second spelling is taken for the same.
    guard shape.count <= 16, description == packing.description(of: shape) else {
      throw refusal("its packing is not one that is known")
    }
    guard entry.shape.count == 1, let count = SafetensorsHeader.elements(shape),
      packing.byteCount(count) == bytes.count
    else { throw refusal("its bytes do not match the shape of its codes") }
    let used = count % 8 * packing.bits % 8
    guard used == 0 || bytes[bytes.count - 1] >> UInt8(used) == 0 else {
      throw refusal("bits after its last code are set")
    }
    return (packing, Tensor(shape: shape, elements: .int8(packing.unpacked(bytes, count: count))))
  }
}
