import Interpreter
import Terminal
import Testing
import Text

@Suite struct BarPlotTests {
  private let ascii = Style(colour: false, unicode: false)

  private func chart(_ bars: [(String, Double, Double?, Double?)]) -> BarChart {
    BarChart(
      title: "points lost", valueLabel: "points",
      bars: bars.map { BarChart.Bar(name: $0.0, value: $0.1, low: $0.2, high: $0.3) })
  }

  /// 40 columns: 5 of names, 1 of values and 3 between leave 31, of which the first is 0 and the last 3.
  @Test func aBarEndsAtItsValueAndItsIntervalStandsOnIt() {
    let lines = BarPlot(style: ascii, width: 40).lines(
      chart([("conv1", 2, 1, 3), ("fc", 1, nil, nil), ("x", 0, -0, 0)]))
    #expect(lines[0] == "points lost")
    #expect(lines[1] == "conv1 |##########[---------+---------] 2")
    #expect(lines[2] == "fc    |###########                     1")
    #expect(lines.last?.hasSuffix("points") == true)
  }

  @Test(arguments: [80, 40, 24, 12, 1])
  func noLineIsWiderThanTheScreen(width: Int) {
    let bars = [
      ("layer4.1.conv2-with-a-long-name", 12.345, 10.1, 15.0), ("衬衫衬衫衬衫衬衫衬衫", -3.5, -4, -3),
    ]
    for style in [ascii, .file] {
      for line in BarPlot(style: style, width: width).lines(chart(bars)) where width >= 24 {
        #expect(displayWidth(line) <= width, "\(line)")
      }
    }
  }

  @Test(arguments: [0, 1e300, -1e300, .leastNonzeroMagnitude, .nan, .infinity] as [Double])
  func valuesOfAnySizeAreDrawn(_ value: Double) {
    let bars = [("a", value, value, value), ("b", 1, nil, nil), ("c", 0, 2, -2), ("d", 1, .nan, .infinity)]
    #expect(!BarPlot(style: .file, width: 60).lines(chart(bars)).isEmpty)
    #expect(BarPlot(style: .file, width: 60).lines(chart([])) == ["points lost", "no finite values"])
  }
}
