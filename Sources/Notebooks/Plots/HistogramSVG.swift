import Glibc
import Interpreter
import Text

/// Draws a histogram as a filled outline, with marked places as upright lines.
struct HistogramSVG {
  private let histogram: Histogram
  private let values: ClosedRange<Double>
  private let groups: [Group]
  private let ticks: AxisTicks

  /// Markers of one name.
  private struct Group {
    var name: String
    var positions: [Double]
    var letter: String
  }

  /// Nil without a bin of finite edges.
  init?(_ histogram: Histogram) {
    guard histogram.edges.count == histogram.counts.count + 1, !histogram.counts.isEmpty,
      histogram.edges.allSatisfy(\.isFinite), let first = histogram.edges.first,
      let last = histogram.edges.last, first < last, (last - first).isFinite
    else { return nil }
    self.histogram = histogram
    let markers = histogram.markers.filter(\.position.isFinite)
    // A mark far outside leaves the bars readable: it is drawn at the border.
    let margin = (last - first) / 2
    let lower = max(min(markers.map(\.position).min() ?? first, first), first - margin)
    let upper = min(max(markers.map(\.position).max() ?? last, last), last + margin)
    values = lower...upper
    ticks = AxisTicks(values, count: 8)
    groups = Self.groups(markers)
  }

  private static func groups(_ markers: [Histogram.Marker]) -> [Group] {
    let letters = Array("abcdefghijklmnopqrstuvwxyz").map(String.init)
    return markers.reduce(into: []) { groups, marker in
      if let index = groups.firstIndex(where: { $0.name == marker.name }) {
        groups[index].positions.append(marker.position)
      } else {
        let letter = letters[groups.count % letters.count]
        groups.append(Group(name: marker.name, positions: [marker.position], letter: letter))
      }
    }
  }

  var xml: String {
    let heights = CountAxis(histogram)
    let legend = groups.enumerated().map { index, group in
      LegendEntry(
        letter: group.letter, name: group.name + "  " + group.positions.map(figure).joined(separator: " … "),
        index: index % 6)
    }
    let rows = letterRows()
    let sheet = PlotSheet(
      title: histogram.title, description: description, legend: legend, yName: heights.name,
      tickLabels: heights.ticks.map(\.label), overhead: Double(rows.count) * Self.letterHeight)
    let area = sheet.area
    let axes =
      area.leftAxis(heights.ticks.map { .init(share: heights.share(of: $0.value), label: $0.label) })
      + area.bottomAxis(
        ticks.ticks.map { .init(share: share(of: $0.value, in: values), label: $0.label) },
        name: histogram.xLabel + ticks.factor)
    return sheet.xml(axes + [bars(heights, area)] + markers(rows, area))
  }

  /// The outline of all bars over the base line.
  private func bars(_ heights: CountAxis, _ area: PlotArea) -> XMLElement {
    func place(_ edge: Double) -> String { coordinate(area.x(share(of: edge, in: values))) }
    let base = coordinate(area.bottom)
    var path = "M\(place(histogram.edges[0])) \(base)"
    for (bin, count) in histogram.counts.enumerated() {
      // A bin with anything in it is seen.
      let top = count > 0 ? min(area.y(heights.share(of: Double(count))), area.bottom - 1) : area.bottom
      path += "V\(coordinate(top))H\(place(histogram.edges[bin + 1]))"
    }
    path += "V\(base)Z"
    return XMLElement(
      "path",
      [
        ("class", "bars"), ("d", path), ("fill-opacity", "0.45"),
      ])
  }

  private static let letterHeight = 13.0

  /// Which markers have their letters in which row above the plot, so that none overlap.
  private func letterRows() -> [[(group: Int, share: Double)]] {
    var rows: [[(group: Int, share: Double)]] = []
    for (index, group) in groups.enumerated() {
      for position in group.positions {
        let place = min(1, max(0, share(of: position, in: values)))
        let row = rows.firstIndex { $0.allSatisfy { abs($0.share - place) > 0.018 } } ?? rows.count
        if row == rows.count { rows.append([]) }
        rows[row].append((index, place))
      }
    }
    return rows
  }

  private func markers(_ rows: [[(group: Int, share: Double)]], _ area: PlotArea) -> [XMLElement] {
    rows.enumerated().flatMap { row, markers in
      markers.flatMap { marker -> [XMLElement] in
        let index = marker.group % 6
        let x = area.x(marker.share)
        let foot = area.top - Double(row) * Self.letterHeight
        let line = XMLElement(
          "path",
          [
            ("class", "s\(index)"),
            ("d", "M\(coordinate(x)) \(coordinate(area.top - 2))V\(coordinate(area.bottom))"),
            ("stroke", PlotPalette.colour(index)), ("stroke-width", "2"), ("fill", "none"),
          ] + PlotPalette.dash(index))
        return [line, plotText(groups[marker.group].letter, x: x, y: foot - 4, anchor: "middle")]
      }
    }
  }

  /// The histogram in words, for those who can't see it.
  private var description: String {
    let most = histogram.counts.indices.max { histogram.counts[$0] < histogram.counts[$1] } ?? 0
    let sum = histogram.counts.reduce(0, +)
    let marks = groups.map { "\($0.name) at \($0.positions.map(figure).joined(separator: " and "))" }
    return "\(grouped(sum)) values from \(figure(histogram.edges[0])) to "
      + "\(figure(histogram.edges[histogram.counts.count])); the fullest bin has "
      + "\(grouped(histogram.counts[most])) between \(figure(histogram.edges[most])) and "
      + "\(figure(histogram.edges[most + 1]))."
      + (marks.isEmpty ? "" : " Marked: " + marks.joined(separator: "; ") + ".")
  }
}

/// The axis of counts, linear or logarithmic.
private struct CountAxis {
  let name: String
  let ticks: [AxisTicks.Tick]
  private let isLogarithmic: Bool
  private let full: Double

  init(_ histogram: Histogram) {
    let most = Double(max(histogram.counts.max() ?? 0, 1))
    switch histogram.countScale {
    case .linear:
      let round = AxisTicks(0...most, count: 5, reaching: true, whole: true)
      isLogarithmic = false
      ticks = round.ticks
      name = histogram.yLabel + round.factor
      full = max(most, round.ticks.last?.value ?? most)
    case .logarithmic:
      // log(1 + count) has a place for 0, and hardly differs from log(count) above 10.
      isLogarithmic = true
      let powers = (0...18).map { (digits: $0, value: pow(10, Double($0))) }.prefix { $0.value <= most }
      ticks =
        [AxisTicks.Tick(value: 0, label: "0")]
        + powers.map { power in
          let digits = "1" + String(repeating: "0", count: power.digits)
          return AxisTicks.Tick(value: power.value, label: grouped(digits: digits))
        }
      name = histogram.yLabel + ", logarithmic"
      full = log(1 + most)
    }
  }

  func share(of count: Double) -> Double { (isLogarithmic ? log(1 + count) : count) / full }
}
