import Glibc
package import Interpreter
import Text

/// Draws a histogram with characters: a bar a column in eighths of a line, marks under the axis.
package struct HistogramPlot: Sendable {
  package var style: Style
  /// Columns of the terminal; nil is taken as 80.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  private static let rows = 8
  /// Below this a plot says less than a line.
  private static let narrowest = 16
  /// Wider plots say no more.
  private static let widest = 72

  package func lines(_ histogram: Histogram) -> [String] {
    let available = min(width ?? 80, Self.widest)
    let title = style.paint(
      cut(style.spell(printable(histogram.title)), to: available, style: style), .heading)
    guard let axis = HistogramAxis(histogram) else { return [title, "no finite values"] }
    let marks = MarkerNames(histogram.markers)
    let labelWidth = labelWidth(histogram, axis, available)
    let columns = available - labelWidth - 2
    guard columns >= Self.narrowest else { return [title] + legend(marks, width: available) }
    let labels = countLabels(histogram, axis, columns: columns)
    let heights = axis.heights(
      histogram, columns: columns, isLogarithmic: histogram.countScale == .logarithmic)
    let rule = style.unicode ? "│" : "|"
    let rows = zip(labels, bars(heights)).map { label, row in
      style.paint(pad(label, to: labelWidth, right: true) + " " + rule, .faint) + row
    }
    let sub = cut(style.spell(printable(scaleWords(histogram))), to: available, style: style)
    return [title, style.paint(sub, .faint)] + rows
      + foot(histogram, axis, marks, indent: labelWidth + 1, columns: columns)
      + legend(marks, width: available)
  }

  private func scaleWords(_ histogram: Histogram) -> String {
    switch histogram.countScale {
    case .linear: histogram.yLabel
    case .logarithmic: histogram.yLabel + ", logarithmic"
    }
  }

  /// Rows of bars from the top; a column with anything in it shows at least the lowest sign.
  private func bars(_ heights: [Double]) -> [String] {
    let signs = style.unicode ? Array("▁▂▃▄▅▆▇█") : Array(".:#")
    let full = heights.max() ?? 0
    let parts = heights.map { height -> Int in
      guard height > 0, full > 0 else { return 0 }
      return max(1, Int(exactly: (height / full * Double(Self.rows * signs.count)).rounded()) ?? 1)
    }
    return (0..<Self.rows).map { row in
      let below = (Self.rows - 1 - row) * signs.count
      let cells = parts.map { part -> Character in
        part <= below ? " " : signs[min(part - below, signs.count) - 1]
      }
      let last = cells.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
      return style.paint(String(cells[..<last]), .bar)
    }
  }

  /// The least width that holds the labels of the columns that it leaves.
  private func labelWidth(_ histogram: Histogram, _ axis: HistogramAxis, _ available: Int) -> Int {
    let widest = 9
    return (1..<widest).first { width in
      let labels = countLabels(histogram, axis, columns: max(available - width - 2, 1))
      return labels.allSatisfy { displayWidth($0) <= width }
    } ?? widest
  }

  /// The counts at the top, at half the height and at the foot.
  private func countLabels(_ histogram: Histogram, _ axis: HistogramAxis, columns: Int) -> [String] {
    let greatest = axis.heights(histogram, columns: columns, isLogarithmic: false).max() ?? 0
    let middle =
      switch histogram.countScale {
      case .linear: greatest / 2
      case .logarithmic: (1 + greatest).squareRoot() - 1
      }
    return (0..<Self.rows).map { row in
      switch row {
      case 0: axisNumber(greatest.rounded())
      case Self.rows / 2: axisNumber(middle.rounded())
      case Self.rows - 1: "0"
      default: ""
      }
    }
  }

  /// The axis with its ticks, the marks below it, its ends and its name.
  private func foot(
    _ histogram: Histogram, _ axis: HistogramAxis, _ marks: MarkerNames, indent: Int, columns: Int
  ) -> [String] {
    let space = String(repeating: " ", count: indent)
    var rule = Array(repeating: Character(style.unicode ? "─" : "-"), count: columns)
    var rows: [[String]] = []
    for marker in histogram.markers where marker.position.isFinite {
      let column = axis.column(of: marker.position, columns: columns)
      rule[column] = style.unicode ? "┴" : "+"
      let place = rows.firstIndex { $0[column] == " " } ?? rows.count
      if place == rows.count { rows.append(Array(repeating: " ", count: columns)) }
      rows[place][column] = marks.sign(of: marker.name, style)
    }
    let (low, high) = (axisNumber(axis.lower), axisNumber(axis.upper))
    let room = max(0, columns - displayWidth(low) - displayWidth(high) - 2)
    let name = cut(style.spell(printable(histogram.xLabel)), to: room, style: style)
    let left = (columns - displayWidth(name)) / 2 - displayWidth(low)
    let start = low + String(repeating: " ", count: max(1, left)) + name
    let ends = start + pad(high, to: max(0, columns - displayWidth(start)), right: true)
    return [style.paint(space + (style.unicode ? "└" : "+") + String(rule), .faint)]
      + rows.map { row in
        let last = row.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
        return space + " " + row[..<last].joined()
      } + [style.paint(space + " " + ends, .faint)]
  }

  /// What the letters under the axis stand for, with the places that they mark.
  private func legend(_ marks: MarkerNames, width: Int) -> [String] {
    marks.groups.map { group in
      let places = group.positions.map(axisNumber).joined(separator: style.unicode ? "…" : "...")
      let name = style.spell(printable(group.name))
      let room = max(1, width - displayWidth(places) - 4)
      let line =
        marks.sign(of: group.name, style) + " " + cut(name, to: room, style: style) + "  " + places
      return displayWidth(line) > width ? cut(line, to: width, style: style) : line
    }
  }
}

/// The values that the plot spans, and how they are shared out to columns.
private struct HistogramAxis {
  let lower: Double
  let upper: Double

  /// Nil without a bin of finite edges.
  init?(_ histogram: Histogram) {
    guard histogram.edges.count == histogram.counts.count + 1, !histogram.counts.isEmpty,
      histogram.edges.allSatisfy(\.isFinite), let first = histogram.edges.first,
      let last = histogram.edges.last, first < last, (last - first).isFinite
    else { return nil }
    // A mark far outside leaves the bars readable: it is drawn at the border.
    let margin = (last - first) / 2
    let marks = histogram.markers.map(\.position).filter(\.isFinite)
    lower = max(min(marks.min() ?? first, first), first - margin)
    upper = min(max(marks.max() ?? last, last), last + margin)
  }

  func column(of value: Double, columns: Int) -> Int {
    let share = (value - lower) / (upper - lower)
    return Int(exactly: (min(max(share, 0), 1) * Double(columns - 1)).rounded()) ?? 0
  }

  /// Heights of columns: each has the counts of the bins under it, by the part of them that lies there.
  func heights(_ histogram: Histogram, columns: Int, isLogarithmic: Bool) -> [Double] {
    var counts = [Double](repeating: 0, count: columns)
    let step = (upper - lower) / Double(columns)
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let (from, to) = (histogram.edges[bin], histogram.edges[bin + 1])
      let first = column(at: (from - lower) / step, from: 0, columns: columns)
      let last = column(at: (to - lower) / step, from: first, columns: columns)
      for column in first...last {
        let start = lower + Double(column) * step
        let overlap = min(to, start + step) - max(from, start)
        let share = first == last ? 1 : max(0, overlap) / (to - from)
        counts[column] += Double(count) * share
      }
    }
    return isLogarithmic ? counts.map { log(1 + $0) } : counts
  }

  /// The column that a place lies in, no further left than `first`.
  private func column(at place: Double, from first: Int, columns: Int) -> Int {
    min(max(Int(exactly: place.rounded(.towardZero)) ?? first, first), columns - 1)
  }
}

/// Markers of one name under one letter, in the order in which they come.
private struct MarkerNames {
  private(set) var groups: [(name: String, positions: [Double])] = []

  init(_ markers: [Histogram.Marker]) {
    for marker in markers where marker.position.isFinite {
      if let index = groups.firstIndex(where: { $0.name == marker.name }) {
        groups[index].positions.append(marker.position)
      } else {
        groups.append((marker.name, [marker.position]))
      }
    }
  }

  func sign(of name: String, _ style: Style) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let index = groups.firstIndex { $0.name == name } ?? 0
    return style.paint(String(letters[index % letters.count]), .series(index))
  }
}
