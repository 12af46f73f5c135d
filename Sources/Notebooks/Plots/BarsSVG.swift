import Interpreter
import Text

/// Draws bars one below the other, each with its interval as a line.
struct BarsSVG {
  private let chart: BarChart
  private let bars: [BarChart.Bar]
  private let span: ClosedRange<Double>
  private let ticks: AxisTicks

  private static let row = 20.0
  private static let bar = 11.0

  /// Nil without a finite bar.
  init?(_ chart: BarChart) {
    guard let span = chart.span, !chart.finite.isEmpty else { return nil }
    self.chart = chart
    bars = chart.finite
    self.span = span
    ticks = AxisTicks(span, count: 7)
  }

  var xml: String {
    let sheet = PlotSheet(
      title: chart.title, description: description, legend: [], yName: "", tickLabels: bars.map(\.name),
      plotHeight: Double(bars.count) * Self.row)
    let area = sheet.area
    let marks = ticks.ticks.map { PlotArea.Mark(share: share(of: $0.value, in: span), label: $0.label) }
    let lines = marks.map {
      "M\(coordinate(area.x($0.share))) \(coordinate(area.top))V\(coordinate(area.bottom))"
    }
    let grid = XMLElement(
      "path",
      [
        ("class", "grid"), ("d", lines.joined()), ("stroke", "currentColor"), ("stroke-opacity", "0.25"),
        ("fill", "none"),
      ])
    return sheet.xml(
      [grid] + area.bottomAxis(marks, name: chart.valueLabel + ticks.factor)
        + bars.indices.flatMap { elements(bars[$0], row: $0, area) })
  }

  private func elements(_ bar: BarChart.Bar, row: Int, _ area: PlotArea) -> [XMLElement] {
    let middle = area.top + (Double(row) + 0.5) * Self.row
    func place(_ value: Double) -> Double { area.x(share(of: value, in: span)) }
    let (zero, end) = (place(0), place(bar.value))
    let label = fitted(bar.name, size: PlotSheet.textSize, width: area.left - 16, lines: 1).map {
      plotText($0, x: area.left - 7, y: middle + 4, anchor: "end")
    }
    let body = XMLElement(
      "path",
      [
        ("class", "f0"),
        (
          "d",
          "M\(coordinate(min(zero, end))) \(coordinate(middle - Self.bar / 2))H\(coordinate(max(zero, end)))"
            + "V\(coordinate(middle + Self.bar / 2))H\(coordinate(min(zero, end)))Z"
        ), ("fill", PlotPalette.colour(0)), ("fill-opacity", bar.isFaint ? "0.3" : "0.8"),
      ])
    guard let low = bar.low, let high = bar.high, low.isFinite, high.isFinite else { return label + [body] }
    let (first, last) = (coordinate(place(low)), coordinate(place(high)))
    let (top, bottom) = (coordinate(middle - 4), coordinate(middle + 4))
    let interval = XMLElement(
      "path",
      [
        ("class", "interval"),
        (
          "d",
          "M\(first) \(top)V\(bottom)M\(first) \(coordinate(middle))H\(last)M\(last) \(top)V\(bottom)"
        ), ("stroke", "currentColor"), ("stroke-width", "1.5"), ("fill", "none"),
      ])
    return label + [body, interval]
  }

  /// The bars in words, for those who can't see them.
  private var description: String {
    let words = bars.map { bar -> String in
      let interval = bar.low.flatMap { low in bar.high.map { " (\(figure(low)) to \(figure($0)))" } } ?? ""
      return "\(bar.name) \(figure(bar.value))\(interval)"
    }
    return "\(chart.valueLabel): " + words.joined(separator: "; ") + "."
  }
}
