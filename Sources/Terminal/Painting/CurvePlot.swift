package import Interpreter
import Text

/// Draws curves with characters: dots of Braille patterns where Unicode is there, else marks.
package struct CurvePlot: Sendable {
  package var style: Style
  /// Columns of the terminal; nil is taken as 80.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  private static let rows = 9
  /// Below this a plot says less than a sparkline.
  private static let narrowest = 24
  /// Wider plots say no more.
  private static let widest = 72

  package func lines(_ curve: Curve) -> [String] {
    let finite = curve.series.map { series in
      Curve.Series(
        name: style.spell(printable(series.name)),
        points: series.points.filter { $0.x.isFinite && $0.y.isFinite })
    }
    let available = min(width ?? 80, Self.widest)
    let title = style.paint(cut(style.spell(printable(curve.title)), to: available, style: style), .heading)
    guard let frame = PlotFrame(finite) else { return [title, "no finite points"] }
    let yLabels = frame.yLabels(rows: Self.rows)
    let labelWidth = yLabels.map(displayWidth).max() ?? 0
    let columns = available - labelWidth - 2
    guard columns >= Self.narrowest else {
      return [title] + finite.map { Sparkline(style: style, width: available).line($0) }
    }
    let canvas =
      curve.isScatter
      ? scatter(finite, in: frame, columns: columns) : draw(finite, in: frame, columns: columns)
    let axis = style.unicode ? "│" : "|"
    let rows = zip(yLabels, canvas).map { label, row in
      style.paint(pad(label, to: labelWidth, right: true) + " " + axis, .faint) + row
    }
    return [title] + legend(finite, lettered: curve.isScatter, width: available) + rows
      + foot(curve, frame: frame, indent: labelWidth + 1, columns: columns)
  }

  private func draw(_ series: [Curve.Series], in frame: PlotFrame, columns: Int) -> [String] {
    // Without colour, dots of two curves can't be told apart; marks can.
    let dots = style.unicode && (series.count == 1 || style.colour)
    var canvas =
      dots
      ? PlotCanvas(columns: columns, rows: Self.rows, dotsAcross: 2, dotsDown: 4)
      : PlotCanvas(columns: columns, rows: Self.rows, dotsAcross: 1, dotsDown: 1)
    for (index, one) in series.enumerated() {
      let places = one.points.map { frame.place($0, width: canvas.width, height: canvas.height) }
      canvas.stroke(places, series: index)
    }
    return canvas.lines { cell in
      let sign = dots ? PlotCanvas.braille(cell.dots) : mark(cell.series)
      return style.paint(sign, .series(cell.series))
    }
  }

  /// A letter at each place; of places that fall together the later stand beside the first.
  private func scatter(_ series: [Curve.Series], in frame: PlotFrame, columns: Int) -> [String] {
    var cells = Array(repeating: Array(repeating: "", count: columns), count: Self.rows)
    for (index, one) in series.enumerated() {
      guard let point = one.points.first else { continue }
      let place = frame.place(point, width: columns, height: Self.rows)
      let free =
        (place.column..<columns).first { cells[place.row][$0].isEmpty }
        ?? (0..<place.column).last { cells[place.row][$0].isEmpty }
      if let free { cells[place.row][free] = style.paint(letter(index), .series(index)) }
    }
    return cells.map { row in
      let last = row.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
      return row[..<last].map { $0.isEmpty ? " " : $0 }.joined()
    }
  }

  private func letter(_ index: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return String(letters[index % letters.count])
  }

  private func mark(_ index: Int) -> String { ["*", "+", "o", "x", "#", "@"][index % 6] }

  private func legend(_ series: [Curve.Series], lettered: Bool, width: Int) -> [String] {
    guard series.count > 1 else { return [] }
    let sign = style.unicode && style.colour
    let names = series.enumerated().map { index, one in
      style.paint(lettered ? letter(index) : sign ? "━" : mark(index), .series(index)) + " "
        + cut(one.name, to: width - 2, style: style)
    }
    var lines: [String] = []
    var used = 0
    for (name, one) in zip(names, series) {
      let columns = displayWidth(one.name) + 2
      if used > 0 && used + 2 + columns <= width {
        lines[lines.count - 1] += "  " + name
        used += 2 + columns
      } else {
        lines.append(name)
        used = columns
      }
    }
    return lines
  }

  private func foot(_ curve: Curve, frame: PlotFrame, indent: Int, columns: Int) -> [String] {
    let space = String(repeating: " ", count: indent)
    let rule = (style.unicode ? "└" : "+") + String(repeating: style.unicode ? "─" : "-", count: columns)
    let (low, high) = (axisNumber(frame.x.lowerBound), axisNumber(frame.x.upperBound))
    let room = max(0, columns - displayWidth(low) - displayWidth(high) - 2)
    let name = cut(style.spell(printable(curve.xLabel)), to: room, style: style)
    let left = (columns - displayWidth(name)) / 2 - displayWidth(low)
    let start = low + String(repeating: " ", count: max(1, left)) + name
    let labels = start + pad(high, to: max(0, columns - displayWidth(start)), right: true)
    return [style.paint(space + rule, .faint), style.paint(space + " " + labels, .faint)]
  }
}
