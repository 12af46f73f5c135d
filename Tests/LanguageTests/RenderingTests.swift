import Language
import Testing

struct RenderingTests {
  private func diagnostic(
    _ range: Range<Int>?, label: String? = nil, notes: [String] = [], message: String = "it is wrong"
  ) -> Diagnostic {
    Diagnostic(id: "test", message: message, range: range.map { SourceRange($0) }, label: label, notes: notes)
  }

  @Test func thePictureOfTheDesign() {
    let source = SourceFile("qat student with kd(techer, DecoupledKD, 0.5)")
    let techer = diagnostic(
      20..<26, label: "did you mean \"teacher\"?", message: "no model is called \"techer\"")
    #expect(
      render(techer, in: source, style: .plain) == """
        error: no model is called "techer"
          qat student with kd(techer, DecoupledKD, 0.5)
                              ^~~~~~ did you mean "teacher"?
        """)
  }

  @Test func withoutAPlaceThereIsNoSnippet() {
    var note = diagnostic(nil, notes: ["there is no data", "try: data mnist"])
    note.severity = .warning
    #expect(
      render(note, in: SourceFile("a\nb"), style: .plain)
        == "warning: it is wrong\n  note: there is no data\n  try: data mnist")
  }

  @Test func coloursMarkSeverityCaretsAndNotes() {
    let text = render(
      diagnostic(0..<2, label: "no", notes: ["try: b"]), in: SourceFile("ab"), style: .ansi)
    let red = "\u{1B}[1;31m"
    let end = "\u{1B}[0m"
    #expect(
      text == """
        \(red)error:\(end) \u{1B}[1mit is wrong\(end)
          ab
          \(red)^~\(end) \(red)no\(end)
          \u{1B}[1;36mtry:\(end) b
        """)
  }

  @Test func caretsStandUnderWideCombinedAndTabbedText() {
    // 漢字 are 3 bytes and 2 columns each, e with an acute accent 3 bytes and 1 column, a tab reaches column
    // 12.
    let source = SourceFile("漢字 e\u{301}\tx\ty")
    #expect(
      render(diagnostic(11..<12), in: source, style: .plain)
        == "error: it is wrong\n  漢字 e\u{301}  x   y\n          ^")
    #expect(
      render(diagnostic(3..<10), in: source, style: .plain)
        == "error: it is wrong\n  漢字 e\u{301}  x   y\n    ^~~~")
  }

  @Test func aRangeAtTheEndOrBeyondGetsOneCaret() {
    let source = SourceFile("abc")
    for range in [3..<3, 3..<9, 40..<50] {
      #expect(render(diagnostic(range), in: source, style: .plain) == "error: it is wrong\n  abc\n     ^")
    }
    #expect(render(diagnostic(0..<0), in: SourceFile(""), style: .plain) == "error: it is wrong")
  }

  @Test func aRangeOverLinesShowsItsFirstAndItsLast() {
    let source = SourceFile("train r(\n  a,\n  b,\n  c) x")
    #expect(
      render(diagnostic(6..<23, label: "here"), in: source, style: .plain) == """
        error: it is wrong (line 1)
          train r(
                ^~
          …
            c) x
            ~~ here
        """)
  }

  @Test(arguments: [
    (0..<5, "  aaaaa bbbbb ccccc ddddd e…\n  ^~~~~"),
    (12..<17, "  …aa bbbbb ccccc ddddd eeee…"),
    (36..<41, "  …dd eeeee fffff ggggg hhhhh\n                        "),
    (0..<47, "  aaaaa bbbbb ccccc ddddd e…\n  ^~~~~~~~"),
  ])
  func aLongLineIsCutAroundTheRange(_ range: Range<Int>, _ start: String) {
    let source = SourceFile("aaaaa bbbbb ccccc ddddd eeeee fffff ggggg hhhhh")
    let text = render(diagnostic(range), in: source, style: .plain, width: 28)
    #expect(text.hasPrefix("error: it is wrong\n"))
    let lines = text.split(separator: "\n").dropFirst()
    #expect(lines.allSatisfy { $0.count <= 28 })
    if range.count == 5, let shown = lines.first, let carets = lines.last {
      let caret = carets.prefix { $0 == " " }.count
      let word = source.line(1).dropFirst(range.lowerBound).prefix(5)
      #expect(shown.dropFirst(caret).prefix(5) == word)
      #expect(carets.dropFirst(caret) == "^~~~~")
    }
    if range.lowerBound == 0 { #expect(text.hasPrefix("error: it is wrong\n" + start)) }
  }

  @Test func aLabelThatDoesNotFitGoesBelow() {
    let source = SourceFile("train resnet18 epoch 3")
    #expect(
      render(diagnostic(15..<20, label: "did you mean \"epochs\"?"), in: source, style: .plain, width: 40)
        == """
        error: it is wrong
          train resnet18 epoch 3
                         ^~~~~
                         did you mean "epochs"?
        """)
  }

  @Test func whatAUserWroteCannotSteerTheTerminal() {
    let source = SourceFile("a \u{1B}[31m \u{202E}b")
    let text = render(
      diagnostic(2..<3, label: "\u{1B}[2J", notes: ["a\rb"], message: "\u{7}"), in: source, style: .plain)
    #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 32 || $0 == "\u{202E}") })
  }

  @Test func quotedTextIsShortAndOnOneLine() {
    #expect(quoted("techer") == "\"techer\"")
    #expect(quoted("\"x\"") == "\"x\"")
    #expect(quoted("a\nb") == "\"a\u{FFFD}b\"")
    let long = quoted(String(repeating: "a", count: 30) + String(repeating: "b", count: 9_000))
    #expect(long == "\"aaaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbb\"")
  }
}
