import Text

/// The rectangle in which data is drawn, in units of the picture, with its axes.
struct PlotArea {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  /// A mark on an axis, at a share of its length.
  struct Mark {
    var share: Double
    var label: String
  }

  func x(_ share: Double) -> Double { left + min(1, max(0, share)) * (right - left) }

  /// Shares count from the bottom.
  func y(_ share: Double) -> Double { bottom - min(1, max(0, share)) * (bottom - top) }

  /// Faint lines across at the left axis's marks, with their labels.
  func leftAxis(_ marks: [Mark]) -> [XMLElement] {
    let lines = marks.map { "M\(coordinate(left)) \(coordinate(y($0.share)))H\(coordinate(right))" }
    let grid = XMLElement(
      "path",
      [
        ("class", "grid"), ("d", lines.joined()), ("stroke", "currentColor"), ("stroke-opacity", "0.25"),
        ("fill", "none"),
      ])
    return (lines.isEmpty ? [] : [grid])
      + marks.map { plotText($0.label, x: left - 7, y: y($0.share) + 4, anchor: "end") }
  }

  /// A line below with ticks, their labels and the axis's name.
  func bottomAxis(_ marks: [Mark], name: String) -> [XMLElement] {
    let ticks = marks.map { "M\(coordinate(x($0.share))) \(coordinate(bottom))V\(coordinate(bottom + 5))" }
    let line = XMLElement(
      "path",
      [
        ("class", "axis"),
        ("d", "M\(coordinate(left)) \(coordinate(bottom))H\(coordinate(right))" + ticks.joined()),
        ("stroke", "currentColor"), ("fill", "none"),
      ])
    let labels = marks.map { plotText($0.label, x: x($0.share), y: bottom + 18, anchor: "middle") }
    let names = fitted(name, size: PlotSheet.textSize, width: right - left, lines: 1)
    return [line] + labels
      + names.map { plotText($0, x: (left + right) / 2, y: bottom + 34, anchor: "middle") }
  }
}

/// The share of the way through a range at which a value lies; values outside have shares beyond 0 and 1.
func share(of value: Double, in range: ClosedRange<Double>) -> Double {
  // Halves keep the difference of huge bounds finite.
  let span = range.upperBound / 2 - range.lowerBound / 2
  return span > 0 ? (value / 2 - range.lowerBound / 2) / span : 0.5
}
