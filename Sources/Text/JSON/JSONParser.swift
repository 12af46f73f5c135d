/// Reads values of JSON (RFC 8259), and the words NaN, Infinity and -Infinity, which Python writes.
package struct JSONParser {
  private static let deepest = 256

  private var reader: JSONReader
  private var depth = 0

  /// The value of a whole text.
  ///
  /// A key that comes twice has its last value.
  package static func parse(_ text: String) throws(JSONError) -> JSONValue {
    try read(text) { parser throws(JSONFault) in
      let value = try parser.value()
      try parser.reader.expectEnd()
      return value
    }
  }

  /// The value that a text starts with, and how many UTF-8 bytes it takes.
  package static func prefix(_ text: String) throws(JSONError) -> (value: JSONValue, length: Int) {
    try read(text) { parser throws(JSONFault) in (try parser.value(), parser.reader.offset) }
  }

  private static func read<Value>(
    _ text: String, _ body: (inout JSONParser) throws(JSONFault) -> Value
  ) throws(JSONError) -> Value {
    var text = text
    let result = text.withUTF8 { bytes -> Result<Value, JSONError> in
      let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      var parser = JSONParser(reader: JSONReader(UnsafeRawBufferPointer(bytes), from: mark))
      do throws(JSONFault) {
        return .success(try body(&parser))
      } catch {
        return .failure(JSONError(error, in: bytes))
      }
    }
    return try result.get()
  }

  private mutating func value() throws(JSONFault) -> JSONValue {
    switch reader.peek() {
    case "{": return try nested { parser throws(JSONFault) in .object(try parser.object()) }
    case "[": return try nested { parser throws(JSONFault) in .array(try parser.array()) }
    case "\"": return .string(try reader.string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    case "-", "N", "I", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9": return .number(try reader.number())
    default: throw reader.unexpected()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONFault) -> JSONValue
  ) throws(JSONFault) -> JSONValue {
    guard depth < Self.deepest else { throw reader.fault(.tooDeep) }
    depth += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    try reader.expect(word: word)
    return value
  }

  private mutating func object() throws(JSONFault) -> JSONObject {
    var members: [JSONObject.Member] = []
    try reader.expect("{")
    var isFirst = true
    while try reader.hasMember(until: "}", isFirst: &isFirst) {
      let key = try reader.key()
      members.append(JSONObject.Member(key: key, value: try value()))
    }
    return JSONObject(members)
  }

  private mutating func array() throws(JSONFault) -> [JSONValue] {
    var values: [JSONValue] = []
    try reader.expect("[")
    var isFirst = true
    while try reader.hasMember(until: "]", isFirst: &isFirst) { values.append(try value()) }
    return values
  }
}
