/// Reads the JSON of a safetensors header byte by byte: objects, strings, whole numbers, without nesting.
struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  /// The bytes must outlive the scanner.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// True where another member comes; takes the comma between members, or the closing bracket.
  mutating func hasMember(
    until close: Unicode.Scalar, isFirst: inout Bool
  ) throws(SafetensorsError) -> Bool {
    if take(close) { return false }
    if !isFirst { try expect(",") }
    isFirst = false
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(SafetensorsError) {
    guard take(scalar) else { throw failure("expected \(scalar)") }
  }

  /// Only padding may follow.
  mutating func expectEnd() throws(SafetensorsError) {
    skipSpace()
    guard offset == bytes.count else { throw failure("text after the end") }
  }

  /// A name and its colon.
  mutating func key() throws(SafetensorsError) -> String {
    let key = try string()
    try expect(":")
    return key
  }

  /// `[1, 2]`, at most `limit` numbers from 0 to the largest Int.
  mutating func integers(limit: Int) throws(SafetensorsError) -> [Int] {
    var values: [Int] = []
    try expect("[")
    var isFirst = true
    while try hasMember(until: "]", isFirst: &isFirst) {
      guard values.count < limit else { throw failure("more than \(limit) numbers in a list") }
      values.append(try integer())
    }
    return values
  }

  private mutating func integer() throws(SafetensorsError) -> Int {
    skipSpace()
    let start = offset
    var value = 0
    while offset < bytes.count, case let digit = bytes[offset], (0x30...0x39).contains(digit) {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(digit - 0x30))
      guard !tooLarge, !overflow else { throw failure("a number is too large") }
      value = sum
      offset += 1
    }
    guard offset > start else { throw failure("expected a number from 0 up") }
    guard bytes[start] != 0x30 || offset == start + 1 else { throw failure("a number begins with 0") }
    return value
  }

  mutating func string() throws(SafetensorsError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a string is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escaped().utf8)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string has no end")
  }

  private mutating func escaped() throws(SafetensorsError) -> String {
    guard offset < bytes.count else { throw failure("a string has no end") }
    let byte = bytes[offset]
    offset += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return String(Unicode.Scalar(byte))
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try escapedScalar()
    default: throw failure("an unknown escape in a string")
    }
  }

  /// Four digits, or two times four where the first is the upper half of a surrogate pair.
  private mutating func escapedScalar() throws(SafetensorsError) -> String {
    let first = try hexadecimalUnit()
    var units = [first]
    if (0xD800..<0xDC00).contains(first) {
      guard offset + 2 <= bytes.count, bytes[offset] == 0x5C, bytes[offset + 1] == 0x75 else {
        throw failure("half of a surrogate pair")
      }
      offset += 2
      units.append(try hexadecimalUnit())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw failure("half of a surrogate pair")
    }
    return text
  }

  private mutating func hexadecimalUnit() throws(SafetensorsError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      offset += 1
    }
    return unit
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard offset < bytes.count, UInt32(bytes[offset]) == scalar.value else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }

  private func failure(_ reason: String) -> SafetensorsError { .header(reason: reason, offset: offset) }
}
