import Interpreter
import Terminal
import Testing
import Text

@Suite struct HistogramPlotTests {
  private func lines(
    _ counts: [Int], from first: Double = -1, to last: Double = 1, marks: [(String, Double)] = [],
    scale: Histogram.CountScale = .linear, _ style: Style, _ width: Int?
  ) -> [String] {
    let step = (last - first) / Double(max(counts.count, 1))
    return HistogramPlot(style: style, width: width).lines(
      Histogram(
        title: "conv1: weights", xLabel: "weight", yLabel: "weights a bin", countScale: scale,
        edges: (0...counts.count).map { first + Double($0) * step }, counts: counts,
        markers: marks.map { Histogram.Marker(name: $0.0, position: $0.1) }))
  }

  private let ascii = Style(colour: false, unicode: false)

  @Test(
    arguments: [
      (0, .leastNonzeroMagnitude), (1, 1.0.nextUp), (1e300, 1e301), (-8e307, 8e307), (-1.7e308, 1.7e308),
      (0, 1e-300),
      (3, 3), (.nan, 1), (0, .infinity),
    ] as [(Double, Double)])
  func valuesOfAnySizeAreDrawn(_ first: Double, _ last: Double) {
    let marks = [
      ("a", first), ("b", 1.7e308), ("c", -1.7e308), ("d", .infinity), ("e", .nan),
      ("f", .leastNonzeroMagnitude),
    ]
    for style in [ascii, .file] {
      for counts in [[0, 1, 2], [.max / 4, .max / 4], [0]] {
        #expect(!lines(counts, from: first, to: last, marks: marks, style, 60).isEmpty)
        #expect(!lines(counts, from: first, to: last, scale: .logarithmic, style, 24).isEmpty)
      }
    }
  }

  /// Each of the 4 bins has 5 of 20 columns, so a column has a fifth of its bin's count.
  @Test func barsStandOverTheirValuesAndMarksUnderTheAxis() {
    #expect(
      lines(
        [5, 20, 40, 10], marks: [("minmax", -1), ("minmax", 1), ("mse", -0.5), ("mse", 1)], ascii, 23) == [
          "conv1: weights",
          "weights a bin",
          "8 |          #####",
          "  |          #####",
          "  |          #####",
          "  |          #####",
          "4 |     ##########",
          "  |     ##########",
          "  |     ###############",
          "0 |####################",
          "  ++----+-------------+",
          "   a    b             a",
          "                      b",
          "   -1     weight      1",
          "a minmax  -1...1",
          "b mse  -0.5...1",
        ])
  }

  @Test func eighthsOfALineTellHeightsApart() {
    let plot = lines([1, 4, 32, 64], .file, 40)
    // The plot has 8 lines of 8 eighths: 64, 32, 4 and 1 of them.
    #expect(plot[2].hasSuffix("█████████"))
    #expect(plot[9].contains("│▁▁▁▁▁▁▁▁") && plot[9].contains("▄▄▄▄▄▄▄▄█"))
    #expect(plot[10].hasPrefix("  └───"))
  }

  @Test func logarithmicHeightsAreSaidAndShowTheTail() {
    let counts = [1_000_000, 1000, 1]
    let linear = lines(counts, .file, 60)
    let logarithmic = lines(counts, scale: .logarithmic, .file, 60)
    #expect(logarithmic[1] == "weights a bin, logarithmic")
    // The middle bin has half of the logarithm, so it reaches half of the height; linearly it is flat.
    #expect(linear[6].last == "█" && linear[6].count < 35)
    #expect(logarithmic[7].filter { $0 == "█" }.count > 30)
  }

  @Test(arguments: [20, 30, 40, 79, 200])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    let names = ["minmax, moving-average, student itself", "histogram", "percentile", "entropy", "mse"]
    let markers = names.enumerated().flatMap { [($1, -1e-5 * Double($0)), ($1, 9e-5 - 1e-6 * Double($0))] }
    for style in [ascii, .file, Style(colour: true, unicode: true)] {
      for scale in [Histogram.CountScale.linear, .logarithmic] {
        let plot = lines(
          (0..<120).map { $0 * $0 * 1_000_003 }, from: -1e-5, to: 1e-4, marks: markers, scale: scale, style,
          width)
        #expect(plot.allSatisfy { displayWidth($0) <= width }, "\(plot)")
      }
    }
  }

  @Test func whereAPlotHasNoRoomTheMarksRemain() {
    #expect(
      lines([1, 2], marks: [("minmax", -1), ("minmax", 1)], .file, 14) == [
        "conv1: weights", "a minmax  -1…1",
      ])
  }

  @Test func aMarkFarOutsideIsDrawnAtTheBorder() {
    let plot = lines([1, 1], marks: [("own", 100)], ascii, 40)
    #expect(plot[11].count == 40 && plot[11].hasSuffix("a"))
    // Half of the width of the values is left for marks.
    #expect(plot[12].hasSuffix(" 2"))
    #expect(plot.last == "a own  100")
  }

  @Test func withoutValuesItSaysSo() {
    #expect(lines([], ascii, 40) == ["conv1: weights", "no finite values"])
    #expect(lines([1], from: .nan, to: 1, ascii, 40) == ["conv1: weights", "no finite values"])
    #expect(lines([0, 0], ascii, 40).count == 12)
  }
}
