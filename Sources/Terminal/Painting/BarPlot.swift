package import Interpreter
import Text

/// Draws bars with characters, a line each: name, bar with its interval, value.
package struct BarPlot: Sendable {
  package var style: Style
  /// Columns of the terminal; nil is taken as 80.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  /// Below this a bar says less than its number.
  private static let narrowest = 10
  /// Wider plots say no more.
  private static let widest = 72

  package func lines(_ chart: BarChart) -> [String] {
    let available = min(width ?? 80, Self.widest)
    let title = style.paint(cut(style.spell(printable(chart.title)), to: available, style: style), .heading)
    guard let span = chart.span, !chart.finite.isEmpty else { return [title, "no finite values"] }
    let bars = chart.finite
    let names = bars.map { cut(style.spell(printable($0.name)), to: max(available / 3, 4), style: style) }
    let nameWidth = names.map(displayWidth).max() ?? 0
    let values = bars.map { axisNumber($0.value) }
    let valueWidth = values.map(displayWidth).max() ?? 0
    let columns = available - nameWidth - valueWidth - 3
    guard columns >= Self.narrowest else {
      return [title]
        + zip(names, values).map { pad($0, to: nameWidth) + " " + pad($1, to: valueWidth, right: true) }
    }
    let rule = style.unicode ? "│" : "|"
    let rows = bars.indices.map { index in
      let line = row(bars[index], span, columns: columns)
      let value = pad(values[index], to: valueWidth, right: true)
      return pad(names[index], to: nameWidth) + " " + style.paint(rule, .faint) + line + " "
        + (bars[index].isFaint ? style.paint(value, .faint) : value)
    }
    return [title] + rows + foot(chart, span, indent: nameWidth + 1, columns: columns)
  }

  /// The bar from 0 to its value, and its interval as a line with the value on it.
  private func row(_ bar: BarChart.Bar, _ span: ClosedRange<Double>, columns: Int) -> String {
    func column(_ value: Double) -> Int {
      let share = (value - span.lowerBound) / (span.upperBound - span.lowerBound)
      return Int(exactly: (min(max(share, 0), 1) * Double(columns - 1)).rounded()) ?? 0
    }
    let signs: (bar: Character, line: Character, low: Character, high: Character, value: Character) =
      style.unicode ? ("█", "─", "├", "┤", "┼") : ("#", "-", "[", "]", "+")
    var cells = Array(repeating: Character(" "), count: columns)
    let (zero, end) = (column(0), column(bar.value))
    for place in min(zero, end)...max(zero, end) where bar.value != 0 { cells[place] = signs.bar }
    if let low = bar.low, let high = bar.high, low.isFinite, high.isFinite, low <= high {
      let (first, last) = (column(low), column(high))
      for place in first...last { cells[place] = signs.line }
      (cells[first], cells[last]) = (signs.low, signs.high)
      cells[end] = signs.value
    } else if bar.value == 0 {
      cells[zero] = signs.value
    }
    return style.paint(String(cells), bar.isFaint ? .faint : .bar)
  }

  private func foot(
    _ chart: BarChart, _ span: ClosedRange<Double>, indent: Int, columns: Int
  ) -> [String] {
    let space = String(repeating: " ", count: indent)
    let rule = (style.unicode ? "└" : "+") + String(repeating: style.unicode ? "─" : "-", count: columns)
    let (low, high) = (axisNumber(span.lowerBound), axisNumber(span.upperBound))
    let ends = low + pad(high, to: max(1, columns - displayWidth(low)), right: true)
    let name = cut(
      style.spell(printable(chart.valueLabel)), to: columns + indent, style: style)
    return [
      style.paint(space + rule, .faint), style.paint(space + " " + ends, .faint),
      style.paint(pad(name, to: indent + 1 + columns, right: true), .faint),
    ]
  }
}
