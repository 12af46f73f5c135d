/// An element of XML 1.0, written in the same bytes every time: an SVG picture, a JUnit report.
package struct XMLElement {
  private let name: String
  private var attributes: [(name: String, value: String)]
  /// A text, or other elements a line each.
  private let content: Content

  private enum Content {
    case none
    case text(String)
    /// Written as it is: CSS.
    case raw(String)
    case elements([XMLElement])
  }

  package init(_ name: String, _ attributes: [(String, String)] = []) {
    self.init(name, attributes, .none)
  }

  package init(_ name: String, _ attributes: [(String, String)] = [], text: String) {
    self.init(name, attributes, .text(text))
  }

  package init(_ name: String, _ attributes: [(String, String)] = [], _ elements: [XMLElement]) {
    self.init(name, attributes, .elements(elements))
  }

  /// A style sheet, which holds none of the characters that XML would need escaped.
  package static func style(_ css: String) -> XMLElement { XMLElement("style", [], .raw(css)) }

  private init(_ name: String, _ attributes: [(String, String)], _ content: Content) {
    self.name = name
    self.attributes = attributes.map { (name: $0.0, value: $0.1) }
    self.content = content
  }

  /// The element as XML with a newline at its end.
  package var xml: String {
    let start = "<" + name + attributes.map { " \($0.name)=\"\(escaped($0.value))\"" }.joined()
    let end = "</\(name)>\n"
    return switch content {
    case .none: start + "/>\n"
    case .text(let text): start + ">" + escaped(text) + end
    case .raw(let text): start + ">\n" + text + "\n" + end
    case .elements(let elements): start + ">\n" + elements.map(\.xml).joined() + end
    }
  }
}

extension XMLElement {
  /// The element as HTML on one line, with an end of its own also where it is empty.
  package var html: String {
    let start = "<" + name + attributes.map { " \($0.name)=\"\(escaped($0.value))\"" }.joined() + ">"
    let inner =
      switch content {
      case .none: ""
      case .text(let text): escaped(text).replacing("&#10;", with: "\n")
      case .raw(let text): text
      case .elements(let elements): elements.map(\.html).joined()
      }
    return start + inner + "</\(name)>"
  }
}

/// The text as XML 1.0 may hold it: marks escaped, characters that it forbids replaced.
private func escaped(_ text: String) -> String {
  text.unicodeScalars.reduce(into: "") { result, scalar in
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t", "\r": result += "&#\(scalar.value);"
    case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
}
