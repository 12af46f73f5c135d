import Foundation
import GraphIR

/// Values as JSON text in a column: keys sorted, infinities and NaN kept.
enum StoredText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: Data(text.utf8))
  }
}

/// Instants as whole milliseconds since 1970, so that a stored one equals the one that was returned.
enum StoredInstant {
  static func now() -> Int64 { milliseconds(Date()) }
  static func milliseconds(_ date: Date) -> Int64 {
    Int64(clamping: (date.timeIntervalSince1970 * 1000).rounded())
  }
  static func date(_ milliseconds: Int64) -> Date {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
  }
}
