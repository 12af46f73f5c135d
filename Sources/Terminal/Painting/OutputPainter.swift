package import Interpreter
package import Language
import Text

/// Makes lines of text of what a cell says.
package struct OutputPainter: Sendable {
  package var style: Style
  /// Columns of the terminal; nil where nothing limits the width.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  /// Lines without their newlines; none for progress and for a metric that a table beside it shows.
  ///
  /// `source` is the cell, in which diagnostics have their places.
  package func lines(_ output: Output, source: SourceFile) -> [String] {
    switch output {
    case .text(let text), .print(let text): textLines(text)
    case .drawing(let text): drawingLines(text)
    case .note(let text): textLines(text).map { style.paint($0, .faint) }
    case .measured(let words, let isNote):
      lines(isNote ? .note(words.text) : .text(words.text), source: source)
    case .table(let table): TableLayout(style: style, width: width).lines(table)
    case .metric(let metric): metric.text.map(textLines) ?? []
    case .curve(let curve): CurvePlot(style: style, width: width).lines(curve)
    case .histogram(let histogram): HistogramPlot(style: style, width: width).lines(histogram)
    case .bars(let chart): BarPlot(style: style, width: width).lines(chart)
    case .page(let page):
      textLines("\(page.path): a page of \(byteCount(Double(page.html.utf8.count))) to open in a browser")
    case .images(let sheet): ImageSheetPainter(style: style, width: width).lines(sheet)
    case .progress: []
    case .diagnostic(let diagnostic): diagnosticLines(diagnostic, source)
    case .finding(let finding): diagnosticLines(finding.diagnostic, source)
    }
  }

  /// Long lines are broken between words; a line's own indentation stays.
  private func textLines(_ text: String) -> [String] {
    fit(style.spell(printable(text, keepsNewlines: true)))
  }

  /// As it is, or a sentence in its place where it has no room.
  private func drawingLines(_ text: String) -> [String] {
    let lines = style.spell(printable(text, keepsNewlines: true))
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let needed = lines.map(displayWidth).max() ?? 0
    guard let width, needed > width else { return lines }
    let words = "a picture of \(needed) columns stands here; this screen has \(width)"
    let blank = [""]
    return (lines.first == "" ? blank : []) + wrap(words, to: width).map { style.paint($0, .faint) }
      + (lines.count > 1 && lines.last == "" ? blank : [])
  }

  private func fit(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      guard let width, displayWidth(String(line)) > width else { return [String(line)] }
      let indent = String(line.prefix { $0 == " " }.prefix(width / 2))
      return wrapPhrases(String(line.dropFirst(indent.count)), to: width - indent.count).map { indent + $0 }
    }
  }

  private func diagnosticLines(_ diagnostic: Diagnostic, _ source: SourceFile) -> [String] {
    let text = render(
      style.spell(diagnostic), in: source, style: style.colour ? .ansi : .plain, width: width)
    // Signs of the renderer itself become others of their width, so that the marks stay under their words.
    return fit(style.unicode ? text : text.replacing("…", with: "~").replacing("\u{FFFD}", with: "?"))
  }
}
