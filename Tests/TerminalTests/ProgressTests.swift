import Interpreter
import Terminal
import Testing
import Text

@Suite struct ProgressTests {
  private let progress = Progress(
    activity: "train teacher", done: 43, total: 100, stage: "epoch 2/3",
    figures: [.init("loss", "0.412"), .init("accuracy", "87.1 %"), .init("", "1,930 images/s")],
    secondsLeft: 42.4)

  private func line(_ width: Int, unicode: Bool = true) -> String {
    ProgressLine(style: Style(colour: false, unicode: unicode), width: width).text(progress)
  }

  @Test(arguments: [
    (
      120,
      "train teacher  epoch 2/3  ━━━━━━━━━━──────────────  43 %  loss 0.412  accuracy 87.1 %  "
        + "1,930 images/s  0:42 left"
    ),
    (79, "train teacher  epoch 2/3  ━━━────  43 %  loss 0.412  accuracy 87.1 %  0:42 left"),
    (60, "train teacher  epoch 2/3  ━━───  43 %  loss 0.412  0:42 left"),
    (39, "epoch 2/3  43 %  loss 0.412  0:42 left"),
    (33, "epoch 2/3  43 %  loss 0.412  0:42"),
    (25, "train teacher  43 %  0:42"),
    (12, "tra…  43 %"),
  ])
  func theLineFitsAndDropsFiguresFromTheRight(_ width: Int, _ expected: String) {
    #expect(line(width) == expected)
  }

  @Test func everyWidthIsKept() {
    for width in 9...200 { #expect(displayWidth(line(width)) <= width) }
  }

  @Test func asciiDrawsItsOwnBar() {
    #expect(line(63, unicode: false).contains("  ###-----  "))
  }

  @Test(arguments: [(0.0, "0:00 left"), (59.6, "1:00 left"), (3723, "1:02:03 left")])
  func timeLeftIsShortToRead(_ seconds: Double, _ expected: String) {
    let progress = Progress(activity: "x", done: 1, total: 2, secondsLeft: seconds)
    #expect(ProgressLine(style: .file, width: 79).text(progress).hasSuffix(expected))
  }

  @Test(arguments: [Double.nan, .infinity, -1])
  func anUnknownTimeIsLeftOut(_ seconds: Double) {
    let progress = Progress(activity: "x", done: 1, total: 0, secondsLeft: seconds)
    #expect(ProgressLine(style: .file, width: 79).text(progress) == "x")
  }

  @Test func moreDoneThanThereIsStaysAtTheEnd() {
    let progress = Progress(activity: "x", done: 7, total: 5)
    #expect(
      ProgressLine(style: Style(colour: false, unicode: false), width: 40).text(progress).hasSuffix(
        "#  100 %"))
  }

  private func curve(_ style: Style, _ width: Int, upTo end: Int) -> [String] {
    var curve = LiveCurve()
    for done in 1...end {
      curve.add(
        Progress(
          activity: "train", done: done, total: 100,
          figures: [.init("loss", "", value: Double(100 - done) / 10)]))
    }
    return curve.lines(style: style, width: width)
  }

  @Test func aLiveCurveGrowsTowardsTheEndOfTheWork() {
    let ascii = Style(colour: false, unicode: false)
    #expect(
      curve(ascii, 40, upTo: 50) == [
        "    9.9 |***", "   loss |  ******", "        |       ******", "      5 |            ****",
      ])
    #expect(curve(ascii, 40, upTo: 100).last?.count == 40)
    #expect(curve(.file, 40, upTo: 100).first?.hasPrefix("    9.9 │⠉") == true)
  }

  @Test(arguments: [1, 20, 28, 29, 40, 79, 200])
  func aLiveCurveFitsOrIsLeftOut(_ width: Int) {
    for style in [Style.file, Style(colour: true, unicode: true), Style(colour: false, unicode: false)] {
      let lines = curve(style, width, upTo: 100)
      #expect(lines.count == (width < 29 ? 0 : 4))
      #expect(lines.allSatisfy { displayWidth($0) <= width })
    }
  }

  @Test func aLiveCurveNeedsNumbersAndBeginsAnewWithAnotherCommand() {
    var curve = LiveCurve()
    for done in 1...9 {
      curve.add(Progress(activity: "a", done: done, total: 9, figures: [.init("loss", "", value: .nan)]))
    }
    #expect(curve.lines(style: .file, width: 79) == [])
    for done in [1, 9] {
      curve.add(Progress(activity: "a", done: done, total: 9, figures: [.init("loss", "", value: 1)]))
    }
    curve.add(Progress(activity: "a", done: 9, total: 0))
    #expect(curve.lines(style: .file, width: 79).isEmpty == false)
    curve.add(Progress(activity: "b", done: 9, total: 9, figures: [.init("", "", value: 1)]))
    #expect(curve.lines(style: .file, width: 79) == [])
  }

  @Test func aBlockIsRewrittenInPlaceAndErasedWhereItBegan() {
    var block = LiveBlock()
    #expect(block.erase() == "")
    #expect(block.rewrite(["a"], terminalWidth: 9) == drawn("\ra\u{1B}[K\r"))
    #expect(
      block.rewrite(["b", "c", "d"], terminalWidth: 9)
        == drawn("\rb\u{1B}[K\r\nc\u{1B}[K\r\nd\u{1B}[K\r\u{1B}[2A"))
    #expect(
      block.rewrite(["e", "f", "g"], terminalWidth: 9)
        == drawn("\re\u{1B}[K\r\nf\u{1B}[K\r\ng\u{1B}[K\r\u{1B}[2A"))
    #expect(block.rewrite(["h"], terminalWidth: 9) == drawn("\r\u{1B}[Jh\u{1B}[K\r"))
    _ = block.rewrite(["longer", "i"], terminalWidth: 9)
    #expect(block.erase() == "\r\u{1B}[J")
    #expect(block.erase() == "")
  }

  @Test func whatATerminalBrokeThatBecameNarrowerIsClearedFirst() {
    var block = LiveBlock()
    _ = block.rewrite(["123456", "7"], terminalWidth: 9)
    #expect(
      block.rewrite(["123", "4"], terminalWidth: 5)
        == drawn("\r\u{1B}[J123\u{1B}[K\r\n4\u{1B}[K\r\u{1B}[1A"))
  }

  /// While a block is drawn, the terminal cuts lines.
  private func drawn(_ text: String) -> String { "\u{1B}[?7l" + text + "\u{1B}[?7h" }

  @Test func withoutATerminalEachStageEndsInOneLine() {
    var log = ProgressLog()
    let start = ContinuousClock.now
    var lines: [String] = []
    for step in 1...6 {
      let stage = "epoch \((step + 1) / 2)/3"
      let progress = Progress(
        activity: "train", done: step, total: 6, stage: stage, figures: [.init("loss", "0.\(step)")])
      lines += log.lines(progress, at: start + .seconds(step))
    }
    lines += log.finish()
    #expect(
      lines == [
        "train: epoch 1/3, 33 %, loss 0.2", "train: epoch 2/3, 66 %, loss 0.4",
        "train: epoch 3/3, 100 %, loss 0.6",
      ])
  }

  @Test func aLongStageSpeaksEveryTenSeconds() {
    var log = ProgressLog()
    let start = ContinuousClock.now
    let lines = (0...30).flatMap { second in
      log.lines(Progress(activity: "read", done: second, total: 30), at: start + .seconds(second))
    }
    #expect(lines == ["read: 33 %", "read: 66 %", "read: 100 %"])
    #expect(log.finish() == [])
  }

  @Test func aShortCommandSaysNothing() {
    var log = ProgressLog()
    let now = ContinuousClock.now
    #expect(log.lines(Progress(activity: "read", done: 1, total: 2), at: now) == [])
    #expect(log.finish() == [])
  }
}
