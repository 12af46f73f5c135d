import Interpreter
import Text

/// Draws curves as lines over two axes.
struct CurveSVG {
  private let curve: Curve
  private let x: ClosedRange<Double>
  private let y: ClosedRange<Double>
  private let xTicks: AxisTicks
  private let yTicks: AxisTicks

  /// Series of at most so many points show each with a dot.
  private static let dottedPoints = 40
  /// Series of more show their course by means.
  private static let noisyPoints = 300
  private static let means = 120

  /// In units of the picture.
  private typealias Place = (x: Double, y: Double)

  /// Nil without a finite point.
  init?(_ curve: Curve) {
    let points = curve.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
      let low = points.map(\.y).min(), let high = points.map(\.y).max()
    else { return nil }
    self.curve = curve
    x = Self.widened(left, right)
    let isWhole = points.allSatisfy { $0.x == $0.x.rounded() }
    xTicks = AxisTicks(x, count: 7, whole: isWhole)
    let fitting = Self.widened(low, high)
    yTicks = AxisTicks(fitting, count: 5, reaching: true)
    let ends = yTicks.ticks.map(\.value) + [fitting.lowerBound, fitting.upperBound]
    y = (ends.min() ?? fitting.lowerBound)...(ends.max() ?? fitting.upperBound)
  }

  /// A range of one value becomes one around it.
  private static func widened(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    guard low == high else { return low...high }
    let margin = low == 0 ? 1 : abs(low) * 0.1
    return max(low - margin, -.greatestFiniteMagnitude)...min(high + margin, .greatestFiniteMagnitude)
  }

  var xml: String {
    let legend = curve.series.enumerated().map {
      LegendEntry(letter: curve.isScatter ? letter($0) : "", name: $1.name, index: $0 % 6)
    }
    let sheet = PlotSheet(
      title: curve.title, description: description, legend: legend.count > 1 ? legend : [],
      yName: yName, tickLabels: yTicks.ticks.map(\.label))
    let area = sheet.area
    let axes =
      area.leftAxis(yTicks.ticks.map { .init(share: share(of: $0.value, in: y), label: $0.label) })
      + area.bottomAxis(
        xTicks.ticks.map { .init(share: share(of: $0.value, in: x), label: $0.label) },
        name: curve.xLabel + xTicks.factor)
    let letters = curve.isScatter ? self.letters(area) : []
    return sheet.xml(axes + curve.series.enumerated().flatMap { lines($1, index: $0 % 6, area) } + letters)
  }

  /// The letter of each place beside its dot; of dots that fall together they stand in a row.
  private func letters(_ area: PlotArea) -> [XMLElement] {
    var taken: [Place] = []
    return curve.series.enumerated().compactMap { index, series in
      guard let point = series.points.first, point.x.isFinite, point.y.isFinite else { return nil }
      var place = Place(
        x: area.x(share(of: point.x, in: x)) + 6, y: max(area.y(share(of: point.y, in: y)) - 5, area.top + 8))
      while taken.contains(where: { abs($0.x - place.x) < 9 && abs($0.y - place.y) < 10 }) { place.x += 9 }
      taken.append(place)
      return plotText(letter(index), x: place.x, y: place.y)
    }
  }

  private func letter(_ index: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return String(letters[index % letters.count])
  }

  private func lines(_ series: Curve.Series, index: Int, _ area: PlotArea) -> [XMLElement] {
    let strokes = series.points.split { !($0.x.isFinite && $0.y.isFinite) }
    let places = strokes.map { stroke in
      stroke.map { Place(x: area.x(share(of: $0.x, in: x)), y: area.y(share(of: $0.y, in: y))) }
    }
    let each = path(places.map(thinned))
    let strong = window > 1 ? path(places.map(averaged)) : each
    let colour = ("stroke", PlotPalette.colour(index))
    let line = XMLElement(
      "path",
      [
        ("class", "s\(index)"), ("d", strong), colour, ("stroke-width", "2"), ("stroke-linejoin", "round"),
        ("fill", "none"),
      ] + PlotPalette.dash(index))
    let faint = XMLElement(
      "path",
      [
        ("class", "s\(index)"), ("d", each), colour, ("stroke-opacity", "0.3"), ("fill", "none"),
      ])
    let isDotted = series.points.count <= Self.dottedPoints
    let dots = places.filter { isDotted || $0.count == 1 }.flatMap { $0 }.map { place in
      XMLElement(
        "circle",
        [
          ("class", "f\(index)"), ("cx", coordinate(place.x)), ("cy", coordinate(place.y)), ("r", "3"),
          ("fill", PlotPalette.colour(index)),
        ])
    }
    return (window > 1 && !each.isEmpty ? [faint] : []) + (strong.isEmpty ? [] : [line]) + dots
  }

  /// Lines through places; a line of one place is none.
  private func path(_ lines: [[Place]]) -> String {
    lines.filter { $0.count > 1 }.map { line in
      line.enumerated().map { index, place in
        (index == 0 ? "M" : index == 1 ? "L" : " ") + "\(coordinate(place.x)) \(coordinate(place.y))"
      }.joined()
    }.joined()
  }

  /// Of how many points in a row the strong line shows the mean: steps differ by the images that they see,
  /// and many of them hide how the loss goes.
  private var window: Int {
    let most = curve.series.map(\.points.count).max() ?? 0
    return most > Self.noisyPoints ? (most + Self.means - 1) / Self.means : 1
  }

  private func averaged(_ line: [Place]) -> [Place] {
    stride(from: 0, to: line.count, by: window).map { start in
      let run = line[start..<min(start + window, line.count)]
      let count = Double(run.count)
      return (run.reduce(0) { $0 + $1.x } / count, run.reduce(0) { $0 + $1.y } / count)
    }
  }

  private var yName: String {
    curve.yLabel + yTicks.factor + (window > 1 ? "; the strong line is the mean of \(window) points" : "")
  }

  /// What of a line can be seen: of the points over one unit of width the first, lowest, highest and last.
  private func thinned(_ line: [Place]) -> [Place] {
    guard line.count > 2000 else { return line }
    var kept: [Place] = []
    var start = line.startIndex
    while start < line.endIndex {
      let unit = line[start].x.rounded(.down)
      let end = line[start...].firstIndex { $0.x.rounded(.down) != unit } ?? line.endIndex
      let run = start..<end
      let places = [
        start, run.min { line[$0].y < line[$1].y } ?? start, run.max { line[$0].y < line[$1].y } ?? start,
        end - 1,
      ]
      kept += Set(places).sorted().map { line[$0] }
      start = end
    }
    return kept
  }

  /// The curves in words, for those who can't see them.
  private var description: String {
    let words = curve.series.map { series -> String in
      let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }
      guard let first = points.first, let last = points.last, let least = points.map(\.y).min(),
        let greatest = points.map(\.y).max()
      else { return "\(series.name) has no finite points" }
      return "\(series.name) goes from \(figure(first.y)) at \(figure(first.x)) to \(figure(last.y)) at "
        + "\(figure(last.x)), between \(figure(least)) and \(figure(greatest))"
    }
    return "\(curve.yLabel) over \(curve.xLabel): " + words.joined(separator: "; ") + "."
  }
}
