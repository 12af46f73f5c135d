import Glibc
import Interpreter

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
    return trimmed(fixed(mantissa, decimals: 2)) + "e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
  }
  return trimmed(fixed(value, decimals: max(0, 2 - exponent)))
}

private func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  let kept = text.reversed().drop { $0 == "0" }
  return String(kept.first == "." ? String(kept.dropFirst().reversed()) : String(kept.reversed()))
}

/// A number of moderate size with a fixed count of decimals.
func fixed(_ value: Double, decimals: Int) -> String {
  let factor = pow(10, Double(decimals))
  let scaled = (abs(value) * factor).rounded()
  guard scaled < 1e15, let whole = Int(exactly: scaled) else { return "\(value)" }
  let digits = String(whole)
  let filled = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return decimals == 0 ? sign + filled : sign + filled.dropLast(decimals) + "." + filled.suffix(decimals)
}
