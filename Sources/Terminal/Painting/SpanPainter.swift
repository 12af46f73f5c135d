/// Draws **strong** text, `code` and [links](target) of a paragraph.
struct SpanPainter {
  let style: Style

  /// The text without its marks; each word is painted on its own, so that lines can break anywhere.
  func paint(_ text: String) -> String {
    var result = ""
    var span = ""
    var role: Style.Role?
    var rest = text[...]
    func end() {
      result += role.map { paintWords(span, $0) } ?? span
      span = ""
    }
    while let character = rest.first {
      if character == "`" {
        end()
        role = role == .code ? nil : .code
        rest = rest.dropFirst()
      } else if role != .code, rest.hasPrefix("**") {
        end()
        role = role == .emphasis ? nil : .emphasis
        rest = rest.dropFirst(2)
      } else if role != .code, character == "[", let link = link(rest) {
        span += link.text
        rest = link.rest
      } else {
        span.append(character)
        rest = rest.dropFirst()
      }
    }
    end()
    return result
  }

  private func paintWords(_ text: String, _ role: Style.Role) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false).map { style.paint(String($0), role) }
      .joined(separator: " ")
  }

  private func link(_ text: Substring) -> (text: Substring, rest: Substring)? {
    guard let close = text.firstIndex(of: "]") else { return nil }
    let after = text[text.index(after: close)...]
    guard after.first == "(", let end = after.firstIndex(of: ")") else { return nil }
    return (text[text.index(after: text.startIndex)..<close], after[after.index(after: end)...])
  }
}
