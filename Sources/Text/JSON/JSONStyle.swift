/// How a JSON text is laid out: what of it is of no meaning.
package struct JSONStyle: Equatable, Sendable {
  /// What a level is indented by; nil where all stands on one line.
  package var indent: String?
  package var lineEnd = "\n"
  package var colon = ": "
  /// Between members of one line; before a line's end there is no space.
  package var comma = ", "
  /// Whatever is not ASCII is escaped.
  package var escapesNonASCII = false
  package var escapesSolidus = false
  package var hasUpperCaseDigits = false
  /// Members stand in the order of their keys.
  package var sorts = true
}

extension JSONStyle {
  /// The style of a text, as its first object and its escapes show it.
  init(of bytes: UnsafeRawBufferPointer, _ place: JSONPlace) {
    self.init()
    sorts = place.isSorted
    readLayout(bytes, place)
    readEscapes(bytes)
  }

  private mutating func readLayout(_ bytes: UnsafeRawBufferPointer, _ place: JSONPlace) {
    guard case .object(let members) = place.content, let first = members.first else { return }
    var at = place.range.lowerBound + 1
    let lead = Self.spaces(bytes, &at)
    if let end = lead.utf8.lastIndex(of: 0x0A) {
      indent = String(lead[lead.utf8.index(after: end)...])
      lineEnd = lead.utf8.contains(0x0D) ? "\r\n" : "\n"
    }
    // Back from the value over the colon: what a key holds is of no interest.
    var before = first.value.range.lowerBound
    while before > at, bytes[before - 1] != UInt8(ascii: ":") { before -= 1 }
    colon = ":" + String(repeating: " ", count: first.value.range.lowerBound - before)
    guard indent == nil, members.count > 1 else { return }
    var behind = first.value.range.upperBound + 1
    comma = "," + Self.spaces(bytes, &behind).filter { $0 == " " }
  }

  private static func spaces(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> String {
    var text = ""
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) {
      text.unicodeScalars.append(Unicode.Scalar(bytes[at]))
      at += 1
    }
    return text
  }

  private mutating func readEscapes(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    var hasOthers = false
    while at < bytes.count {
      if bytes[at] >= 0x80 { hasOthers = true }
      guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
        at += 1
        continue
      }
      if bytes[at + 1] == UInt8(ascii: "/") { escapesSolidus = true }
      if bytes[at + 1] == UInt8(ascii: "u"), at + 5 < bytes.count {
        let digits = String(decoding: bytes[at + 2..<at + 6], as: UTF8.self)
        if (UInt32(digits, radix: 16) ?? 0) >= 0x80 { escapesNonASCII = true }
        if digits != digits.lowercased() { hasUpperCaseDigits = true }
      }
      at += 2
    }
    // A line separator may be escaped where everything else is not.
    if hasOthers { escapesNonASCII = false }
  }
}

extension JSONStyle {
  /// A value as it would stand `depth` levels deep; its first line isn't indented.
  func text(_ value: JSONValue, depth: Int) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let spelling): spelling
    case .string(let text): quoted(text)
    case .array(let values): bracketed(values.map { text($0, depth: depth + 1) }, "[", "]", depth)
    case .object(let object):
      bracketed(
        ordered(object).map { quoted($0.key) + colon + text($0.value, depth: depth + 1) }, "{", "}", depth)
    }
  }

  private func ordered(_ object: JSONObject) -> [JSONObject.Member] {
    sorts
      ? object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : object.members
  }

  private func bracketed(_ parts: [String], _ open: String, _ close: String, _ depth: Int) -> String {
    guard let indent, !parts.isEmpty else { return open + parts.joined(separator: comma) + close }
    func line(_ depth: Int) -> String { lineEnd + String(repeating: indent, count: depth) }
    return open + line(depth + 1) + parts.joined(separator: "," + line(depth + 1)) + line(depth) + close
  }

  private func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{08}": text += "\\b"
      case "\u{0C}": text += "\\f"
      case "/" where escapesSolidus: text += "\\/"
      case "\0"..<" ": text += escape(UInt16(scalar.value))
      case "\u{7F}"... where escapesNonASCII: for unit in String(scalar).utf16 { text += escape(unit) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  private func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16, uppercase: hasUpperCaseDigits)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
