import Interpreter
import Terminal
import Testing
import Text

@Suite struct CurvePlotTests {
  private func lines(_ series: [[Double]], _ style: Style, _ width: Int?) -> [String] {
    let all = series.enumerated().map { index, values in
      Curve.Series(
        name: "s\(index)",
        points: values.enumerated().map { Curve.Point(x: Double($0.offset), y: $0.element) })
    }
    return CurvePlot(style: style, width: width).lines(
      Curve(title: "loss", xLabel: "step", yLabel: "loss", series: all))
  }

  private let ascii = Style(colour: false, unicode: false)

  @Test func aFallingLineRunsFromTopLeftToBottomRight() {
    #expect(
      lines([[8, 0]], ascii, 30) == [
        "loss",
        "8 |**",
        "  |  ***",
        "  |     ****",
        "  |         ***",
        "4 |            ***",
        "  |               ***",
        "  |                  ****",
        "  |                      ***",
        "0 |                         **",
        "  +---------------------------",
        "   0          step           1",
      ])
  }

  @Test func brailleHasEightDotsACell() {
    // U+2809 has the two dots at the top of a cell, U+28C0 those at its bottom.
    #expect(lines([[1, 1, 0]], .file, 40)[1].hasPrefix("  1 │⠉⠉⠉"))
    #expect(lines([[0, 0, 1]], .file, 40)[9].hasPrefix("  0 │⣀⣀⣀"))
  }

  @Test func severalCurvesHaveALegend() {
    #expect(lines([[1, 0], [0, 1]], ascii, 60)[1] == "* s0  + s1")
  }

  @Test(arguments: [30, 39, 40, 79, 200])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    let values = [(0..<500).map { 1e-5 * Double($0 % 7) }, (0..<20).map { -1e7 * Double($0) }]
    for style in [ascii, .file, Style(colour: true, unicode: true)] {
      #expect(lines(values, style, width).allSatisfy { displayWidth($0) <= width })
    }
  }

  @Test func whereAPlotHasNoRoomItIsOneLineASeries() {
    #expect(lines([[0, 1, 2, 3]], .file, 20) == ["loss", "s0 ▁▃▆█ 0 → 3"])
    #expect(lines([[0, 1, 2, 3]], ascii, 20) == ["loss", "s0 _.-^ 0 -> 3"])
  }

  @Test func aConstantCurveLiesInTheMiddle() {
    let plot = lines([[5, 5]], ascii, 40)
    #expect(plot[5].hasPrefix("  5 |****"))
  }

  @Test func pointsThatAreNoNumbersAreLeftOut() {
    #expect(lines([[.nan, .infinity]], ascii, 40) == ["loss", "no finite points"])
    #expect(lines([[1, .nan, 0]], ascii, 40)[1].hasPrefix("  1 |*"))
    #expect(lines([[]], ascii, 40) == ["loss", "no finite points"])
  }

  @Test(
    arguments: [
      [0, .leastNonzeroMagnitude], [1, 1.0.nextUp], [1e300, 1e300.nextUp], [-1e308, 1e308],
      [.greatestFiniteMagnitude],
      [-.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude], [1e15, -1e15], [0, -0.0],
      [1e-300, .infinity, .nan, -1],
    ] as [[Double]])
  func valuesOfAnySizeAreDrawn(_ values: [Double]) {
    for style in [ascii, .file] {
      for width in [10, 20, 40, 80] {
        #expect(lines([values, values.reversed()], style, width).count > 1)
      }
    }
  }

  @Test func hugeRangesDoNotOverflow() {
    let greatest = Double.greatestFiniteMagnitude
    #expect(lines([[-greatest, greatest]], ascii, 60).count == 12)
  }
}
