package import Interpreter

/// How a figure of a running command went so far: its first with a value, over the whole of the work.
///
/// Progress arrives a few times a second, so the curve is of the steps that were reported.
package struct LiveCurve: Sendable {
  /// The work in equal shares, each with the mean of what was reported of it.
  private static let shares = 144
  private static let rows = 4
  /// Room for any label, so that the curve doesn't move sideways.
  private static let labelWidth = 7
  /// Below this a curve says nothing.
  private static let narrowest = 20
  private static let widest = 72

  private var activity = ""
  private var name = ""
  private var done = 0
  private var sums = [Double](repeating: 0, count: Self.shares)
  private var counts = [Int](repeating: 0, count: Self.shares)

  package init() {}

  /// Takes a report in; one of another command, or of earlier work, begins anew.
  package mutating func add(_ progress: Progress) {
    if progress.activity != activity || progress.done < done {
      self = LiveCurve()
      activity = progress.activity
    }
    guard let figure = progress.figures.first(where: { $0.value != nil }), let value = figure.value,
      value.isFinite, progress.total > 0
    else { return }
    (name, done) = (figure.label, progress.done)
    let share = min(max(progress.done * Self.shares / progress.total, 0), Self.shares - 1)
    sums[share] += value
    counts[share] += 1
  }

  /// The curve as lines; none before there are two points, or where they have no room.
  package func lines(style: Style, width: Int) -> [String] {
    let columns = min(width, Self.widest) - Self.labelWidth - 2
    let shares = (0..<Self.shares).filter { counts[$0] > 0 }
    let points = shares.map { Curve.Point(x: Double($0), y: sums[$0] / Double(counts[$0])) }
    guard columns >= Self.narrowest, points.count > 1,
      let frame = PlotFrame([Curve.Series(name: name, points: points)])
    else { return [] }
    var canvas = PlotCanvas(
      columns: columns, rows: Self.rows, dotsAcross: style.unicode ? 2 : 1, dotsDown: style.unicode ? 4 : 1)
    // The right end of the plot is the end of the work.
    let places = zip(shares, points).map { share, point in
      let row = frame.place(point, width: 1, height: canvas.height).row
      return (column: share * (canvas.width - 1) / (Self.shares - 1), row: row)
    }
    canvas.stroke(places, series: 0)
    let drawn = canvas.lines { cell in
      style.paint(style.unicode ? PlotCanvas.braille(cell.dots) : "*", .series(0))
    }
    let labels = [axisNumber(frame.y.upperBound), name, "", axisNumber(frame.y.lowerBound)]
    return zip(labels, drawn).map { label, row in
      let short = cut(style.spell(printable(label)), to: Self.labelWidth, style: style)
      let axis = pad(short, to: Self.labelWidth, right: true) + " " + (style.unicode ? "│" : "|")
      return style.paint(axis, .faint) + row
    }
  }
}
