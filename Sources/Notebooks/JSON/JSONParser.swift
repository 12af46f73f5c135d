/// Reads JSON (RFC 8259), and the words NaN, Infinity and -Infinity, which Python writes.
package struct JSONParser {
  private static let deepest = 256

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  /// The value of a whole text.
  ///
  /// A key that comes twice has its last value.
  package static func parse(_ text: String) throws(JSONError) -> JSONValue {
    var parser = JSONParser(text)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.scalars.count else { throw parser.error(.textAfterValue) }
    return value
  }

  /// The value that a text starts with, and how many scalars it takes.
  static func prefix(_ text: String) throws(JSONError) -> (value: JSONValue, length: Int) {
    var parser = JSONParser(text)
    let value = try parser.value()
    return (value, parser.position)
  }

  private init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    if scalars.first == "\u{FEFF}" { position = 1 }
  }

  private func error(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
    let before = scalars.prefix(place ?? position)
    let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return JSONError(
      reason: reason, line: 1 + before.count { $0 == "\n" }, column: before.count - lineStart + 1)
  }

  private func unexpected() -> JSONError {
    position < scalars.count ? error(.unexpected(scalars[position])) : error(.unexpectedEnd)
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func skipSpace() {
    while let next, next == " " || next == "\n" || next == "\r" || next == "\t" { position += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    switch next {
    case "{": return try nested { parser throws(JSONError) in .object(try parser.object()) }
    case "[": return try nested { parser throws(JSONError) in .array(try parser.array()) }
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    case "N": return try word("NaN", .number("NaN"))
    case "I": return try word("Infinity", .number("Infinity"))
    case let next? where next == "-" || ("0"..."9").contains(next): return try number()
    default: throw unexpected()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < Self.deepest else { throw error(.tooDeep) }
    depth += 1
    position += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for scalar in word.unicodeScalars { guard take(scalar) else { throw unexpected() } }
    return value
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var members: [JSONObject.Member] = []
    skipSpace()
    if take("}") { return JSONObject() }
    while true {
      skipSpace()
      guard next == "\"" else { throw unexpected() }
      let key = try string()
      skipSpace()
      guard take(":") else { throw unexpected() }
      members.append(JSONObject.Member(key: key, value: try value()))
      skipSpace()
      if take("}") { return JSONObject(members) }
      guard take(",") else { throw unexpected() }
    }
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return values }
    while true {
      values.append(try value())
      skipSpace()
      if take("]") { return values }
      guard take(",") else { throw unexpected() }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = take("-")
    if next == "I" {
      return try word("Infinity", .number("-Infinity"))
    }
    let hasLeadingZero = next == "0"
    let whole = digits()
    var isValid = whole == 1 || (whole > 1 && !hasLeadingZero)
    if take(".") { isValid = digits() > 0 && isValid }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      isValid = digits() > 0 && isValid
    }
    guard isValid else { throw error(.badNumber, at: start) }
    var spelling = String.UnicodeScalarView()
    spelling.append(contentsOf: scalars[start..<position])
    return .number(String(spelling))
  }

  private mutating func digits() -> Int {
    let start = position
    while let next, ("0"..."9").contains(next) { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text = String.UnicodeScalarView()
    while let scalar = next {
      position += 1
      switch scalar {
      case "\"": return String(text)
      case "\\": text.append(try escape())
      case "\0"..<" ": throw error(.controlCharacter, at: position - 1)
      default: text.append(scalar)
      }
    }
    throw error(.unexpectedEnd)
  }

  /// Behind a backslash.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let scalar = next else { throw error(.unexpectedEnd) }
    let start = position - 1
    position += 1
    switch scalar {
    case "\"", "\\", "/": return scalar
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "u": return try unicodeEscape(from: start)
    default: throw error(.badEscape, at: start)
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let high = try hexadecimal(from: start)
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, take("\\"), take("u") else { throw error(.loneSurrogate, at: start) }
    let low = try hexadecimal(from: start)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw error(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let scalar = next, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw error(.badEscape, at: start)
      }
      position += 1
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
