import Text

/// How a diagnostic is painted.
package enum DiagnosticStyle: Sendable { case plain, ansi }

/// A diagnostic as lines of text: headline, the line at fault with carets under the exact words, notes.
///
/// ```
/// error: no model is called "techer"
///   qat student with kd(techer, DecoupledKD, 0.5)
///                       ^~~~~~ did you mean "teacher"?
/// ```
/// In a cell of several lines the headline ends in the line's number. `width` is that of the terminal, in
/// columns: a longer line of the cell is cut around the marked words. The text ends without a line end.
package func render(
  _ diagnostic: Diagnostic, in source: SourceFile, style: DiagnosticStyle, width: Int? = nil
) -> String {
  DiagnosticRendering(diagnostic: diagnostic, source: source, style: style, width: width.map { max($0, 16) })
    .lines.joined(separator: "\n")
}

private struct DiagnosticRendering {
  private enum Ink: String {
    case error = "\u{1B}[1;31m"
    case warning = "\u{1B}[1;33m"
    case note = "\u{1B}[1;36m"
    case strong = "\u{1B}[1m"
  }

  private static let indentation = 2

  let diagnostic: Diagnostic
  let source: SourceFile
  let style: DiagnosticStyle
  let width: Int?

  var lines: [String] {
    [headline] + snippet + diagnostic.notes.map(note)
  }

  private var ink: Ink {
    switch diagnostic.severity {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }

  private var headline: String {
    let place =
      if let range = diagnostic.range, source.lineCount > 1 {
        " (line \(source.position(of: range.lowerBound).line))"
      } else {
        ""
      }
    return paint(diagnostic.severity.rawValue + ":", ink) + " "
      + paint(printable(diagnostic.message), .strong) + place
  }

  private func note(_ text: String) -> String {
    let (lead, rest) = text.hasPrefix("try: ") ? ("try:", text.dropFirst(5)) : ("note:", text[...])
    return indented(paint(lead, .note) + " " + printable(String(rest)))
  }

  private var snippet: [String] {
    guard let range = diagnostic.range, !source.text.isEmpty else { return [] }
    let first = source.position(of: range.lowerBound).line
    let last = max(first, source.position(of: max(range.lowerBound, range.upperBound - 1)).line)
    if first == last { return marked(first, range, lead: "^", label: diagnostic.label) }
    let skipped = last - first > 1 ? [indented("…")] : []
    return marked(first, range, lead: "^", label: nil) + skipped
      + marked(last, range, lead: "~", label: diagnostic.label)
  }

  /// A line of the cell, and below it carets under what the range covers of it.
  private func marked(_ number: Int, _ range: SourceRange, lead: String, label: String?) -> [String] {
    let bounds = source.bounds(ofLine: number) ?? 0..<0
    let line = SnippetLine(source.line(number), offset: bounds.lowerBound)
    var columns = line.columns(of: range)
    // The white space before a line's first word is covered by a range from the line before, but not meant by
    // it.
    if range.lowerBound < bounds.lowerBound {
      columns = min(max(columns.lowerBound, line.indentation), columns.upperBound)..<columns.upperBound
    }
    let limit = width.map { $0 - Self.indentation }
    let window = line.window(around: columns, limit: limit)
    let start = columns.lowerBound - window.firstColumn
    let room = limit.map { max(1, $0 - start) } ?? .max
    let count = min(max(1, columns.count), room)
    let carets =
      String(repeating: " ", count: start)
      + paint(lead + String(repeating: "~", count: count - 1), ink)
    return [indented(window.text)] + below(carets, from: start, to: start + count, label: label)
  }

  private func below(_ carets: String, from start: Int, to end: Int, label: String?) -> [String] {
    guard let label = label.map(printable) else { return [indented(carets)] }
    let painted = paint(label, ink)
    let length = displayWidth(label)
    guard let width, Self.indentation + end + 1 + length > width else {
      return [indented(carets + " " + painted)]
    }
    let column = max(0, min(start, width - Self.indentation - length))
    return [indented(carets), indented(String(repeating: " ", count: column) + painted)]
  }

  private func indented(_ text: String) -> String {
    String(repeating: " ", count: Self.indentation) + text
  }

  private func paint(_ text: String, _ ink: Ink) -> String {
    switch style {
    case .plain: text
    case .ansi: ink.rawValue + text + "\u{1B}[0m"
    }
  }
}
