/// The bytes of a pickle, a piece at a time.
struct PickleReader {
  let bytes: [UInt8]
  private(set) var offset: Int

  init(_ bytes: [UInt8], from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  mutating func byte() throws(PickleFault) -> UInt8 {
    guard offset < bytes.count else { throw .malformed("its pickle ends early") }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// An unsigned little-endian number of one to four bytes.
  mutating func unsigned(_ size: Int) throws(PickleFault) -> Int {
    var value = 0
    for place in 0..<size { value |= Int(try byte()) << (8 * place) }
    return value
  }

  /// A signed number of four bytes.
  mutating func signed32() throws(PickleFault) -> Int {
    Int(Int32(truncatingIfNeeded: try unsigned(4)))
  }

  /// A float64, most significant byte first.
  mutating func float() throws(PickleFault) -> Double {
    var bits: UInt64 = 0
    for _ in 0..<8 { bits = bits << 8 | UInt64(try byte()) }
    return Double(bitPattern: bits)
  }

  /// A signed number of so many bytes; nil where it has more than eight.
  mutating func long(_ size: Int) throws(PickleFault) -> Int? {
    let digits = try take(size)
    guard size <= 8 else { return nil }
    var value: UInt64 = digits.last.map { $0 >= 0x80 } ?? false ? .max : 0
    for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
    return Int(Int64(bitPattern: value))
  }

  mutating func text(_ size: Int) throws(PickleFault) -> String {
    String(decoding: try take(size), as: UTF8.self)
  }

  /// Text up to the end of the line.
  mutating func line() throws(PickleFault) -> String {
    let start = offset
    while try byte() != 0x0A {}
    return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
  }

  private mutating func take(_ size: Int) throws(PickleFault) -> ArraySlice<UInt8> {
    guard size <= bytes.count - offset else { throw .malformed("its pickle ends early") }
    defer { offset += size }
    return bytes[offset..<offset + size]
  }
}
