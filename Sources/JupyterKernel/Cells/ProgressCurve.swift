import Interpreter
import Notebooks
import Text

/// A running command's progress as a page shows it: a line of figures, and how the first of them went.
struct ProgressCurve: Sendable {
  /// The work in equal shares, each with the mean of what was reported of it.
  private static let shares = 100
  /// The lettering of other outputs, without the space that pages have around code.
  private static let lineStyle =
    "font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px); "
    + "white-space: pre-wrap"

  private var activity = ""
  private var name = ""
  private var done = 0
  private var sums = [Double](repeating: 0, count: Self.shares)
  private var counts = [Int](repeating: 0, count: Self.shares)

  /// Takes a report in; one of another command, or of earlier work, begins anew.
  mutating func add(_ progress: Progress) {
    if progress.activity != activity || progress.done < done {
      self = ProgressCurve()
      activity = progress.activity
    }
    done = progress.done
    guard let figure = progress.figures.first(where: { $0.value != nil }), let value = figure.value,
      value.isFinite
    else { return }
    name = figure.label
    let share = min(Int(Self.fraction(progress) * Double(Self.shares)), Self.shares - 1)
    sums[share] += value
    counts[share] += 1
  }

  /// From 0 to 1.
  private static func fraction(_ progress: Progress) -> Double {
    progress.total > 0 ? min(1, max(0, Double(progress.done) / Double(progress.total))) : 0
  }

  /// The report by MIME type.
  func bundle(_ progress: Progress, line: String) -> JSONObject {
    let html = (curve?.svg ?? "") + XMLElement("div", [("style", Self.lineStyle)], text: line).html
    return ["text/plain": .string(line), "text/html": .string(html)]
  }

  /// Nil before there are two points.
  private var curve: Output? {
    let points = (0..<Self.shares).filter { counts[$0] > 0 }.map { share in
      Curve.Point(x: Double(share + 1), y: sums[share] / Double(counts[share]))
    }
    guard points.count > 1 else { return nil }
    return .curve(
      Curve(
        title: activity, xLabel: "% of the work", yLabel: name,
        series: [Curve.Series(name: name, points: points)]))
  }
}
