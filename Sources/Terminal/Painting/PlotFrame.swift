import Glibc
import Interpreter
import Text

/// The ranges that a plot shows, and where a point lies in them.
struct PlotFrame {
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>

  /// Fits all points, which are finite; nil without any.
  init?(_ series: [Curve.Series]) {
    let points = series.flatMap(\.points)
    guard let firstX = points.map(\.x).min(), let lastX = points.map(\.x).max(),
      let low = points.map(\.y).min(), let high = points.map(\.y).max()
    else { return nil }
    x = firstX...lastX
    y = Self.widened(low, high)
  }

  /// A constant curve lies in the middle of its plot.
  private static func widened(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    guard low == high else { return low...high }
    let margin = low == 0 ? 1 : abs(low) * 0.1
    return low - margin...high + margin
  }

  /// Dot of a point, counted from the left and from the top.
  func place(_ point: Curve.Point, width: Int, height: Int) -> (column: Int, row: Int) {
    let across = fraction(of: point.x, in: x)
    let up = fraction(of: point.y, in: y)
    return (
      Int(exactly: (across * Double(width - 1)).rounded()) ?? 0,
      Int(exactly: ((1 - up) * Double(height - 1)).rounded()) ?? 0
    )
  }

  private func fraction(of value: Double, in range: ClosedRange<Double>) -> Double {
    // Halves keep the difference of huge bounds finite.
    let span = range.upperBound / 2 - range.lowerBound / 2
    return span > 0 ? min(1, max(0, (value / 2 - range.lowerBound / 2) / span)) : 0
  }

  /// Labels of the rows from the top: the ends and the middle, empty between.
  func yLabels(rows: Int) -> [String] {
    (0..<rows).map { row in
      guard row == 0 || row == rows - 1 || row == rows / 2 else { return "" }
      let share = Double(row) / Double(rows - 1)
      return axisNumber(y.upperBound * (1 - share) + y.lowerBound * share)
    }
  }
}

/// A number in at most three significant digits: "2.3", "0.0125", "1.2e+06".
func axisNumber(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  if value == 0 { return "0" }
  if abs(value) < 1e6, abs(value) >= 1, let whole = Int(exactly: value) { return "\(whole)" }
  guard let exponent = Int(exactly: floor(log10(abs(value)))) else { return "\(value)" }
  if exponent >= 6 || exponent < -4 {
    let mantissa = value / pow(10, Double(exponent))
    return trimmed(fixed(mantissa, 2)) + "e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
  }
  return trimmed(fixed(value, max(0, 2 - exponent)))
}
