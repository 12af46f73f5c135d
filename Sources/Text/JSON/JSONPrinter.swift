extension JSONValue {
  /// The bytes that nbformat writes: `json.dumps(indent=1, sort_keys=True, ensure_ascii=False)` of Python,
  /// with "," and ": " as separators and a newline at the end.
  package var notebookText: String {
    var text = ""
    append(to: &text, indent: 0)
    return text + "\n"
  }

  /// One line without spaces, members in their order; also for readers that end lines where Unicode does.
  package var line: String {
    var text = ""
    append(to: &text, indent: nil)
    return text
  }

  /// `indent` is the depth in the file, or nil for one line with members unsorted.
  private func append(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let spelling): text += spelling
    case .string(let string): Self.append(quoted: string, to: &text, escapesLineEnds: indent == nil)
    case .array(let values):
      Self.append(values, between: ("[", "]"), to: &text, indent: indent) { value, text, indent in
        value.append(to: &text, indent: indent)
      }
    case .object(let object):
      let members = indent == nil ? object.members : object.sorted
      Self.append(members, between: ("{", "}"), to: &text, indent: indent) { member, text, indent in
        Self.append(quoted: member.key, to: &text, escapesLineEnds: indent == nil)
        text += indent == nil ? ":" : ": "
        member.value.append(to: &text, indent: indent)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], between brackets: (String, String), to text: inout String, indent: Int?,
    each: (Element, inout String, Int?) -> Void
  ) {
    text += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      if let indent { text += "\n" + String(repeating: " ", count: indent + 1) }
      each(element, &text, indent.map { $0 + 1 })
    }
    if let indent, !elements.isEmpty { text += "\n" + String(repeating: " ", count: indent) }
    text += brackets.1
  }

  private static func append(quoted string: String, to text: inout String, escapesLineEnds: Bool) {
    text.unicodeScalars.append("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{08}": text += "\\b"
      case "\u{0C}": text += "\\f"
      case "\0"..<" ": text += escape(scalar)
      case "\u{85}", "\u{2028}", "\u{2029}": text += escapesLineEnds ? escape(scalar) : String(scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text.unicodeScalars.append("\"")
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension JSONObject {
  /// By code point, as Python sorts; UTF-8 has the same order.
  fileprivate var sorted: [Member] {
    members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}
