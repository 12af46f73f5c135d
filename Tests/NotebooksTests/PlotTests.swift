import Foundation
import FoundationXML
import Interpreter
import Notebooks
import Testing
import Text

/// Pictures for notebooks, read back as XML.
@Suite struct PlotTests {
  /// What of a picture tests look at.
  private final class Picture: NSObject, XMLParserDelegate {
    private(set) var texts: [(words: String, x: Double, y: Double)] = []
    private(set) var words: [String: String] = [:]
    private(set) var shapes: [(name: String, attributes: [String: String])] = []
    private var open = ""

    init?(_ xml: String) {
      super.init()
      let parser = XMLParser(data: Data(xml.utf8))
      parser.delegate = self
      guard parser.parse() else { return nil }
    }

    var size: (width: Double, height: Double) {
      let box = (shapes.first?.attributes["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
      return box.count == 4 ? (box[2], box[3]) : (0, 0)
    }

    /// Every place that a path names or a sign stands at.
    var places: [(x: Double, y: Double)] {
      texts.map { ($0.x, $0.y) } + path("path").flatMap(places)
        + shapes.filter { $0.name == "circle" }.map {
          (Double($0.attributes["cx"] ?? "") ?? .nan, Double($0.attributes["cy"] ?? "") ?? .nan)
        }
    }

    func path(_ name: String, class wanted: String? = nil) -> [String] {
      shapes.filter { $0.name == name && (wanted == nil || $0.attributes["class"] == wanted) }
        .compactMap { $0.attributes["d"] }
    }

    private func places(_ path: String) -> [(x: Double, y: Double)] {
      var places: [(x: Double, y: Double)] = []
      for (command, numbers) in commands(path) {
        switch command {
        case "H": places.append((numbers[0], places.last?.y ?? .nan))
        case "V": places.append((places.last?.x ?? .nan, numbers[0]))
        case "Z": break
        default:
          for index in stride(from: 0, to: numbers.count - 1, by: 2) {
            places.append((numbers[index], numbers[index + 1]))
          }
        }
      }
      return places
    }

    private func commands(_ path: String) -> [(Character, [Double])] {
      var found: [(Character, String)] = []
      for character in path {
        if character.isLetter {
          found.append((character, ""))
        } else {
          found[found.count - 1].1.append(character)
        }
      }
      return found.map { ($0.0, $0.1.split(separator: " ").map { Double($0) ?? .nan }) }
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open = name
      shapes.append((name, attributes))
      if name == "text" {
        texts.append(("", Double(attributes["x"] ?? "") ?? .nan, Double(attributes["y"] ?? "") ?? .nan))
      }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if open == "text" { texts[texts.count - 1].words += string } else { words[open, default: ""] += string }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { open = "" }
  }

  private func curve(_ series: [[Double]], title: String = "run 1: loss", from: Double = 1) -> Output {
    let all = series.enumerated().map { index, values in
      Curve.Series(
        name: "s\(index)",
        points: values.enumerated().map { Curve.Point(x: from + Double($0.offset), y: $0.element) })
    }
    return .curve(Curve(title: title, xLabel: "step", yLabel: "loss", series: all))
  }

  private func histogram(
    _ counts: [Int], from first: Double = -1, to last: Double = 1, marks: [(String, Double)] = [],
    scale: Histogram.CountScale = .linear
  ) -> Output {
    let step = (last - first) / Double(max(counts.count, 1))
    return .histogram(
      Histogram(
        title: "conv1: weights", xLabel: "weight", yLabel: "weights a bin", countScale: scale,
        edges: (0...counts.count).map { first + Double($0) * step }, counts: counts,
        markers: marks.map { Histogram.Marker(name: $0.0, position: $0.1) }))
  }

  private func picture(_ output: Output) throws -> Picture {
    let xml = try #require(output.svg)
    return try #require(Picture(xml))
  }

  @Test func aCurveHasRoundTicksOnBothAxes() throws {
    let picture = try picture(curve([[2.31, 1.2, 0.4, 0.1, 0.07]]))
    let words = picture.texts.map(\.words)
    #expect(
      words == [
        "run 1: loss", "loss", "0", "0.5", "1.0", "1.5", "2.0", "2.5", "1", "2", "3", "4", "5", "step",
      ])
    #expect(picture.words["title"] == "run 1: loss")
    #expect(picture.words["desc"]?.contains("s0 goes from 2.31 at 1 to 0.07 at 5") == true)
    // Labels of the left axis stand one above the other at equal distances.
    let heights = picture.texts[2...7].map(\.y)
    #expect(zip(heights, heights.dropFirst()).allSatisfy { abs($0 - $1 - 46) < 0.01 })
  }

  @Test(
    arguments: [
      [0, .leastNonzeroMagnitude], [1, 1.0.nextUp], [1e300, 1e300.nextUp], [-1.7e308, 1.7e308],
      [.greatestFiniteMagnitude],
      [-.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude], [1e15, 1e15 + 1, 1e16],
      [1e-300, .infinity, .nan, -1], [9e15, 9e15 + 2],
    ] as [[Double]])
  func valuesOfAnySizeAreDrawn(_ values: [Double]) throws {
    for first in [1, 1e16, -1e300] {
      let picture = try picture(curve([values, values.reversed()], from: first))
      #expect(picture.places.allSatisfy { $0.x.isFinite && $0.y.isFinite })
    }
    let ends = (values.first ?? 0, values.last ?? 0)
    let marks = [("a", ends.0), ("b", 1.7e308), ("c", -1.7e308), ("d", .infinity), ("e", .nan)]
    for counts in [[0, 1, 2], [.max / 4, .max / 4], [0]] {
      for scale in [Histogram.CountScale.linear, .logarithmic] {
        let output = histogram(counts, from: ends.0, to: ends.1, marks: marks, scale: scale)
        if let xml = output.svg { #expect(!xml.contains("nan")) }
      }
    }
  }

  @Test func severalCurvesAreNamedAndDashed() throws {
    let picture = try picture(curve([[1, 0], [0, 1], [0.5, 0.5]]))
    #expect(picture.texts.map(\.words).filter { $0.hasPrefix("s") && $0.count == 2 } == ["s0", "s1", "s2"])
    let lines = picture.shapes.filter { $0.attributes["class"] == "s1" }
    #expect(lines.count == 2 && lines.allSatisfy { $0.attributes["stroke-dasharray"] != nil })
  }

  @Test func aCurveIsBrokenWhereItIsNoNumber() throws {
    let picture = try picture(curve([[1, 2, .nan, 2, 1, .infinity, 3]]))
    #expect(picture.path("path", class: "s0").first?.filter { $0 == "M" }.count == 2)
    // The last point has no neighbour; dots show it.
    #expect(picture.shapes.filter { $0.name == "circle" }.count == 5)
    #expect(curve([[.nan, .infinity]]).svg == nil && curve([]).svg == nil)
  }

  @Test func aLongCurveKeepsItsHighestAndLowestPoints() throws {
    var values = (0..<50_000).map { Double($0 % 10) }
    values[31_417] = 100
    let svg = try #require(curve([values]).svg)
    #expect(svg.utf8.count < 60_000)
    let picture = try #require(Picture(svg))
    let top = try #require(picture.texts.first { $0.words == "100" }).y - 4
    #expect(picture.places.contains { abs($0.y - top) < 0.01 })
  }

  /// Between 0 and 2 in turn, 600 points have means of 1 over any five pairs.
  @Test func aNoisyCurveShowsItsMeanAndSaysSo() throws {
    let picture = try picture(
      curve([(0..<600).map { Double($0 % 2) * 2 } + [Double](repeating: 1, count: 600)]))
    #expect(picture.texts.map(\.words).contains("loss; the strong line is the mean of 10 points"))
    let lines = picture.path("path", class: "s0")
    let middle = try #require(picture.texts.first { $0.words == "1.0" }).y - 4
    #expect(lines.count == 2 && lines[0].split(separator: " ").count > lines[1].split(separator: " ").count)
    let heights = lines[1].split(whereSeparator: { "ML ".contains($0) }).enumerated().filter {
      $0.offset % 2 == 1
    }
    #expect(heights.count == 120 && heights.allSatisfy { Double($0.element) == middle })
  }

  @Test func barsStandOnTheAxisInProportion() throws {
    let picture = try picture(histogram([5, 20, 40, 10]))
    let bars = try #require(picture.path("path", class: "bars").first)
    // 230 units are 40.
    let base = try #require(Double(bars.split(separator: "V")[0].split(separator: " ")[1]))
    let tops = bars.split(separator: "V").dropFirst().compactMap { Double($0.prefix { $0 != "H" }) }
    #expect(tops.map { ((base - $0) / 230 * 40 * 100).rounded() / 100 } == [5, 20, 40, 10])
  }

  @Test func namedBarsHaveTheirLengthAndTheirInterval() throws {
    let bars = [
      BarChart.Bar(name: "conv1 <&>", value: 2, low: 1, high: 4), BarChart.Bar(name: "fc", value: 1),
      BarChart.Bar(name: "nan", value: .nan),
    ]
    let chart = BarChart(title: "points lost", valueLabel: "points", bars: bars)
    let picture = try picture(.bars(chart))
    let words = picture.texts.map(\.words)
    #expect(words.contains("conv1 <&>") && words.contains("fc") && words.contains("points"))
    #expect(!words.contains("nan") && words.contains("4"))
    let paths = picture.path("path", class: "f0").map { path in
      path.split(whereSeparator: { "MHVZ ".contains($0) }).compactMap { Double($0) }
    }
    try #require(paths.count == 2)
    let lengths = paths.map { $0[2] - $0[0] }
    #expect(abs(lengths[0] - 2 * lengths[1]) < 0.05)
    let interval = try #require(picture.path("path", class: "interval").first)
    let ends = interval.split(separator: "M").compactMap { Double($0.prefix { $0 != " " }) }
    #expect(abs((ends[2] - ends[0]) - 3 * lengths[1]) < 0.05)
    for place in picture.places {
      #expect((0...picture.size.width).contains(place.x) && (0...picture.size.height).contains(place.y))
    }
    #expect(Output.bars(BarChart(title: "", valueLabel: "", bars: [])).svg == nil)
  }

  @Test func placesThatStandForModelsHaveLetters() throws {
    let places = [("teacher", 1.0), ("student", 1.0), ("four", 3.0)].map { name, x in
      Curve.Series(name: name, points: [.init(x: x, y: 90)])
    }
    let picture = try picture(
      .curve(Curve(title: "accuracy over size", xLabel: "size, MB", yLabel: "%", series: places)))
    let words = picture.texts.map(\.words)
    #expect(words.contains("a teacher") && words.contains("b student") && words.contains("c four"))
    for letter in ["a", "b", "c"] { #expect(words.count { $0 == letter } == 1) }
    // Two models in one place have their letters side by side.
    let letters = picture.texts.filter { ["a", "b"].contains($0.words) }
    #expect(letters[0].y == letters[1].y && letters[0].x != letters[1].x)
  }

  @Test func marksHaveLettersAndALegend() throws {
    let picture = try picture(histogram([5, 20], marks: [("minmax", -1), ("minmax", 1), ("mse <&>", -0.5)]))
    let words = picture.texts.map(\.words)
    #expect(words.contains("a minmax −1 … 1") && words.contains("b mse <&> −0.5"))
    #expect(words.filter { $0 == "a" }.count == 2 && words.filter { $0 == "b" }.count == 1)
  }

  @Test func logarithmicCountsAreSaidAndHaveTicksOfPowers() throws {
    let words = try picture(histogram([123_456, 1, 0], scale: .logarithmic)).texts.map(\.words)
    #expect(words.contains("weights a bin, logarithmic"))
    #expect(["0", "1", "10", "100", "1,000", "10,000", "100,000"].allSatisfy(words.contains))
    #expect(!words.contains("1,000,000"))
  }

  @Test(arguments: [
    ([-1e-5, 2e-5], "loss ×10⁻⁵"), ([1e7, 3e7], "loss ×10⁷"), ([-1e308, 1.5e308], "loss ×10³⁰⁸"),
    ([4e-300, 9e-300], "loss ×10⁻³⁰⁰"), ([5, 5], "loss"), ([1e9, 1e9 + 1e-5], "loss ×10⁹"),
    ([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], "loss ×10³⁰⁸"), ([0, 0], "loss"),
  ])
  func numbersOfAnySizeHaveAPlace(_ values: [Double], _ name: String) throws {
    let picture = try picture(curve([values]))
    #expect(picture.texts.map(\.words).contains(name))
    check(picture)
  }

  @Test func nothingIsOutsideThePicture() throws {
    let title = String(repeating: "a long title with <marks> & 日本語 ", count: 12) + "\u{1B}[2J\0"
    check(try picture(curve([[3, 1, 4], [1, 5]], title: title, from: -1e12)))
    let marks = ["minmax, moving-average", "percentile", "entropy", "mse", "c", "d", "student itself"]
      .enumerated().flatMap { [($1, -1 - 0.001 * Double($0)), ($1, 90.0)] }
    for scale in [Histogram.CountScale.linear, .logarithmic] {
      check(try picture(histogram((0..<500).map { $0 * 1_000_003 }, marks: marks, scale: scale)))
      check(try picture(histogram([0, 0], scale: scale)))
    }
    #expect(histogram([]).svg == nil && histogram([1], from: .nan).svg == nil)
  }

  private func check(_ picture: Picture) {
    let (width, height) = picture.size
    #expect(width == 640 && height > 200 && height < 700)
    for place in picture.places {
      #expect((0...width).contains(place.x) && (0...height).contains(place.y), "\(place)")
    }
  }

  @Test func whatTextSaysAsWellHasNoPicture() {
    for output in [
      Output.text("t"), .note("n"), .table(Table(columns: [], rows: [])), .metric(Metric("m", 1)),
    ] {
      #expect(output.svg == nil)
    }
  }

  @Test func aPictureIsOneOfTheFormsInABundle() {
    let keys = curve([[1, 2]]).mimeBundle(plainText: "loss")?.members.map(\.key)
    #expect(keys.map(Set.init) == ["application/vnd.qatlab.v1+json", "image/svg+xml", "text/plain"])
    #expect(
      Output.text("t").mimeBundle(plainText: "t")?.members.map(\.key).contains("image/svg+xml") == false)
    #expect(Output.metric(Metric("m", 1)).mimeBundle(plainText: "") == nil)
  }
}
