/// Reads JSON (RFC 8259) from UTF-8 bytes, a piece at a time.
///
/// Each piece skips the white space before it.
package struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte's.
  package private(set) var offset: Int

  /// The bytes must outlive the reader.
  package init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  package mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    offset += 1
    return true
  }

  package mutating func expect(_ scalar: Unicode.Scalar) throws(JSONFault) {
    guard take(scalar) else { throw unexpected() }
  }

  /// The next byte as a scalar of ASCII; nil at the end, U+0080 for any other.
  package mutating func peek() -> Unicode.Scalar? {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    return byte.map { Unicode.Scalar(min($0, 0x80)) }
  }

  /// True where another member comes; takes the comma between members, or the closing bracket.
  package mutating func hasMember(
    until close: Unicode.Scalar, isFirst: inout Bool
  ) throws(JSONFault) -> Bool {
    if isFirst {
      isFirst = false
      return !take(close)
    }
    if take(close) { return false }
    try expect(",")
    return true
  }

  /// A name and its colon.
  package mutating func key() throws(JSONFault) -> String {
    let key = try string()
    try expect(":")
    return key
  }

  package mutating func expectEnd() throws(JSONFault) {
    if peek() != nil { throw fault(.textAfterValue) }
  }

  /// `true`, `null` and the like.
  package mutating func expect(word: String) throws(JSONFault) {
    _ = peek()
    for unit in word.utf8 {
      guard byte == unit else { throw unexpected() }
      offset += 1
    }
  }

  /// A number as it is spelled; also the words NaN, Infinity and -Infinity, which Python writes.
  package mutating func number() throws(JSONFault) -> String {
    _ = peek()
    let start = offset
    switch byte {
    case UInt8(ascii: "N"): try expect(word: "NaN")
    case UInt8(ascii: "I"): try expect(word: "Infinity")
    default:
      _ = skip("-")
      if byte == UInt8(ascii: "I") {
        try expect(word: "Infinity")
      } else {
        guard skipDigits() else { throw fault(.badNumber, at: start) }
      }
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// Behind a sign; false where no number stands there.
  private mutating func skipDigits() -> Bool {
    func digits() -> Int {
      let start = offset
      while let byte, (0x30...0x39).contains(byte) { offset += 1 }
      return offset - start
    }
    let hasLeadingZero = byte == 0x30
    let whole = digits()
    var isValid = whole == 1 || (whole > 1 && !hasLeadingZero)
    if skip(".") { isValid = digits() > 0 && isValid }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      isValid = digits() > 0 && isValid
    }
    return isValid
  }

  package mutating func string() throws(JSONFault) -> String {
    try expect("\"")
    var text: [UInt8] = []
    let start = offset
    while let byte {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw fault(.notUTF8, at: start) }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: Character(try escape()).utf8)
      case 0..<0x20: throw fault(.controlCharacter, at: offset - 1)
      default: text.append(byte)
      }
    }
    throw fault(.unexpectedEnd)
  }

  /// Behind a backslash.
  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    guard let byte else { throw fault(.unexpectedEnd) }
    let start = offset - 1
    offset += 1
    let scalar = Unicode.Scalar(byte)
    switch scalar {
    case "\"", "\\", "/": return scalar
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "u": return try unicodeEscape(from: start)
    default: throw fault(.badEscape, at: start)
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(JSONFault) -> Unicode.Scalar {
    let high = try hexadecimal(from: start)
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, skip("\\"), skip("u") else { throw fault(.loneSurrogate, at: start) }
    let low = try hexadecimal(from: start)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw fault(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault(.badEscape, at: start)
      }
      offset += 1
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard let byte, UInt32(byte) == scalar.value else { return false }
    offset += 1
    return true
  }

  package func fault(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONFault {
    JSONFault(reason: reason, offset: place ?? offset)
  }

  /// What stands where something else should.
  package func unexpected() -> JSONFault {
    let rest = bytes[min(offset, bytes.count)..<min(offset + 4, bytes.count)]
    guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first else {
      return fault(.unexpectedEnd)
    }
    return fault(.unexpected(scalar))
  }
}
