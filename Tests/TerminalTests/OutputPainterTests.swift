import Interpreter
import Language
import Terminal
import Testing

@Suite struct OutputPainterTests {
  private let source = SourceFile("convert techer")
  private let diagnostic = Diagnostic(
    id: "unknown-model", message: "no model is called \"techer\"",
    range: SourceRange(lowerBound: 8, upperBound: 14), label: "did you mean \"teacher\"?")

  private func lines(_ output: Output, colour: Bool = false, width: Int? = nil) -> [String] {
    OutputPainter(style: Style(colour: colour, unicode: true), width: width).lines(output, source: source)
  }

  @Test func textKeepsItsLinesAndIndentation() {
    #expect(lines(.text("a\n  b\n\nc")) == ["a", "  b", "", "c"])
    #expect(lines(.text("  one two three"), width: 9) == ["  one two", "  three"])
  }

  @Test func figuresThatBelongTogetherAreBrokenLast() {
    #expect(
      lines(.text("epoch 1/3  loss 0.5  test 90.12 %"), width: 28) == [
        "epoch 1/3  loss 0.5", "test 90.12 %",
      ])
    #expect(lines(.text("one two three  four"), width: 9) == ["one two", "three", "four"])
  }

  @Test func aDrawingStaysWholeOrASentenceStandsInItsPlace() {
    let drawing = "\n  a ── b   c\n    |\n"
    #expect(lines(.drawing(drawing), width: 12) == ["", "  a ── b   c", "    |", ""])
    #expect(lines(.drawing(drawing)) == ["", "  a ── b   c", "    |", ""])
    #expect(
      lines(.drawing(drawing), width: 11) == [
        "", "a picture", "of 12", "columns", "stands", "here; this", "screen has", "11", "",
      ])
  }

  @Test func aNoteIsFaint() {
    #expect(lines(.note("n"), colour: true) == ["\u{1B}[2mn\u{1B}[0m"])
  }

  @Test func aMetricWithoutTextAndProgressAreSilent() {
    #expect(lines(.metric(Metric("m", 1))) == [])
    #expect(lines(.metric(Metric("m", 1, text: "m 1"))) == ["m 1"])
    #expect(lines(.progress(Progress(activity: "x", done: 0, total: 1))) == [])
  }

  @Test func aDiagnosticMarksItsWords() {
    #expect(
      lines(.diagnostic(diagnostic)) == [
        "error: no model is called \"techer\"", "  convert techer",
        "          ^~~~~~ did you mean \"teacher\"?",
      ])
  }

  @Test func withoutColourThereIsNoEscapeSequence() {
    let curve = Curve(
      title: "t", xLabel: "x", yLabel: "y",
      series: [.init(name: "s", points: [.init(x: 0, y: 0), .init(x: 1, y: 1)])])
    let outputs: [Output] = [
      .text("\u{1B}[31mred"), .note("n"), .diagnostic(diagnostic), .curve(curve),
      .histogram(
        Histogram(
          title: "\u{1B}t", xLabel: "\u{7}", yLabel: "y", countScale: .linear, edges: [0, 1], counts: [1],
          markers: [.init(name: "\u{1B}[2J", position: 0)])),
      .table(Table(title: "t", columns: [.init("\u{1B}c")], rows: [["\u{7}"]])),
    ]
    for output in outputs {
      #expect(lines(output, width: 40).allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\u{7}") })
    }
  }
}
