import Interpreter
import Text

/// A series in one line: name, shape, first and last value.
struct Sparkline {
  var style: Style
  var width: Int

  func line(_ series: Curve.Series) -> String {
    let values = series.points.map(\.y)
    guard let first = values.first, let last = values.last else { return series.name }
    let figures = "\(axisNumber(first)) \(style.unicode ? "→" : "->") \(axisNumber(last))"
    let name = cut(series.name, to: max(4, width / 3), style: style)
    let room = width - displayWidth(name) - displayWidth(figures) - 2
    guard room >= 4 else { return cut("\(name) \(figures)", to: width, style: style) }
    return "\(name) \(style.paint(shape(values, columns: room), .series(0))) \(figures)"
  }

  /// Means of equal shares of the values, as bars of eight heights (four signs in ASCII).
  private func shape(_ values: [Double], columns: Int) -> String {
    let signs = style.unicode ? Array("▁▂▃▄▅▆▇█") : Array("_.-^")
    let count = min(columns, values.count)
    let means = (0..<count).map { column in
      let share = values[column * values.count / count..<(column + 1) * values.count / count]
      return share.reduce(0) { $0 + $1 / Double(share.count) }
    }
    guard let low = means.min(), let high = means.max(), high > low else {
      return String(repeating: signs[signs.count / 2], count: count)
    }
    return String(
      means.map { mean in
        let height = (mean / 2 - low / 2) / (high / 2 - low / 2)
        let sign = Int(exactly: (height * Double(signs.count)).rounded(.towardZero)) ?? 0
        return signs[min(max(sign, 0), signs.count - 1)]
      })
  }
}
