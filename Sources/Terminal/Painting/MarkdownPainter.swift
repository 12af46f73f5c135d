import Text

/// Draws the Markdown of a lesson simply: headings, paragraphs, lists, quotes and code.
///
/// Tables stay as they are written.
package struct MarkdownPainter: Sendable {
  package var style: Style
  /// Columns that paragraphs may take.
  package var width: Int

  package init(style: Style, width: Int) {
    self.style = style
    self.width = width
  }

  package func lines(_ markdown: String) -> [String] {
    var lines: [String] = []
    var paragraph = Paragraph()
    var isCode = false
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let text = style.spell(printable(String(line)))
      let trimmed = text.drop { $0 == " " }
      if trimmed.hasPrefix("```") {
        flush(&paragraph, &lines)
        isCode.toggle()
      } else if isCode {
        lines.append("    " + style.paint(text, .code))
      } else if trimmed.isEmpty {
        flush(&paragraph, &lines)
        lines.append("")
      } else if let block = Block(text) {
        flush(&paragraph, &lines)
        start(block, &paragraph, &lines)
      } else {
        paragraph.words += (paragraph.words.isEmpty ? "" : " ") + trimmed
      }
    }
    flush(&paragraph, &lines)
    return lines
  }

  private struct Paragraph {
    var lead = ""
    var words = ""
  }

  /// A line that starts something of its own.
  private enum Block {
    case heading(Substring)
    case item(lead: String, rest: Substring)
    case quote(Substring)
    case verbatim(String)

    init?(_ line: String) {
      let indent = line.prefix { $0 == " " }
      let text = line.dropFirst(indent.count)
      let hashes = text.prefix { $0 == "#" }.count
      let digits = text.prefix { $0.isNumber }.count
      if (1...6).contains(hashes), text.dropFirst(hashes).first == " " {
        self = .heading(text.dropFirst(hashes + 1))
      } else if text.hasPrefix("- ") || text.hasPrefix("* ") || text.hasPrefix("+ ") {
        self = .item(lead: indent + "- ", rest: text.dropFirst(2))
      } else if digits > 0, text.dropFirst(digits).hasPrefix(". ") {
        self = .item(lead: indent + text.prefix(digits) + ". ", rest: text.dropFirst(digits + 2))
      } else if text.hasPrefix("> ") {
        self = .quote(text.dropFirst(2))
      } else if text.hasPrefix("|") || indent.count >= 4 || Self.isRule(text) {
        self = .verbatim(line)
      } else {
        return nil
      }
    }

    private static func isRule(_ text: Substring) -> Bool {
      text.count >= 3 && Set(text).count == 1 && "-*_".contains(text.first ?? " ")
    }
  }

  private func start(_ block: Block, _ paragraph: inout Paragraph, _ lines: inout [String]) {
    switch block {
    case .heading(let text):
      lines += wrap(plain(String(text)), to: width).map { style.paint($0, .heading) }
    case .item(let lead, let rest):
      let bullet = style.unicode ? lead.replacing("- ", with: "• ") : lead
      paragraph = Paragraph(lead: bullet, words: String(rest))
    case .quote(let text): paragraph = Paragraph(lead: style.unicode ? "│ " : "| ", words: String(text))
    case .verbatim(let text): lines.append(text)
    }
  }

  private func flush(_ paragraph: inout Paragraph, _ lines: inout [String]) {
    defer { paragraph = Paragraph() }
    guard !paragraph.words.isEmpty else { return }
    let indent = displayWidth(paragraph.lead)
    let wrapped = wrap(SpanPainter(style: style).paint(paragraph.words), to: max(8, width - indent))
    for (index, line) in wrapped.enumerated() {
      let isQuote = paragraph.lead.hasPrefix("│") || paragraph.lead.hasPrefix("|")
      let lead = index == 0 || isQuote ? paragraph.lead : String(repeating: " ", count: indent)
      lines.append(lead + line)
    }
  }

  /// Without marks of emphasis and code.
  private func plain(_ text: String) -> String {
    SpanPainter(style: Style(colour: false, unicode: style.unicode)).paint(text)
  }
}
