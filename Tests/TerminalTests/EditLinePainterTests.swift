import Glibc
import Interpreter
import Terminal
import Testing

@Suite struct EditLinePainterTests {
  private func drawn(
    _ scene: EditLinePainter.Scene, columns: Int = 20, rows: Int = 5, colour: Bool = false,
    over standing: EditLinePainter.Standing = .init()
  ) -> (text: String, standing: EditLinePainter.Standing) {
    var standing = standing
    let painter = EditLinePainter(style: Style(colour: colour, unicode: true), columns: columns, rows: rows)
    let bytes = painter.draw(scene, over: &standing)
    return (String(decoding: bytes, as: UTF8.self).replacing("\u{1B}[", with: "‹"), standing)
  }

  private func scene(_ line: String, cursor: Int? = nil) -> EditLinePainter.Scene {
    .init(prompt: "> ", line: line, cursor: cursor ?? line.utf8.count)
  }

  @Test func aLineIsDrawnWithTheCursorWhereItBelongs() {
    #expect(drawn(scene("abc")).text == "\r> abc‹J\r‹5C")
    #expect(drawn(scene("abc", cursor: 1)).text == "\r> abc‹J\r‹3C")
  }

  @Test func highlightsAreLooksThatEndWhereTheyEnd() {
    var scene = scene("ab 12")
    scene.highlights = [.init(range: 0..<2, kind: .command), .init(range: 3..<5, kind: .number)]
    #expect(
      drawn(scene, colour: true).text
        == "\r‹1;36m> ‹0m‹1;34mab‹0m ‹36m12‹0m‹J\r‹7C")
  }

  @Test func aFullRowGoesOnInTheNextOne() {
    let (text, standing) = drawn(scene("12345678x"), columns: 10)
    #expect(text == "\r> 12345678\r\nx‹J\r‹1C")
    #expect(standing.cursorRow == 1)
    // The next drawing starts at the prompt's row.
    #expect(drawn(scene("1"), columns: 10, over: standing).text == "\r‹1A> 1‹J\r‹3C")
  }

  @Test func aWideCharacterThatDoesNotFitLeavesTheLastColumnFree() {
    #expect(drawn(scene("1234567世"), columns: 10).text == "\r> 1234567‹K\r\n世‹J\r‹2C")
  }

  @Test func widthsAreTheSameInEveryLocale() {
    let before = setlocale(LC_CTYPE, nil).map { String(cString: $0) }
    defer { setlocale(LC_CTYPE, before) }
    for locale in ["C", "C.UTF-8"] {
      _ = drawn(scene("a"))
      #expect(setlocale(LC_CTYPE, locale) != nil)
      #expect(drawn(scene("1234567世"), columns: 10).text == "\r> 1234567‹K\r\n世‹J\r‹2C")
    }
  }

  @Test func whatIsJoinedToOneSignTakesItsColumnsAlone() {
    #expect(drawn(scene("a👩\u{200D}👩\u{200D}👧b")).text == "\r> a👩\u{200D}👩\u{200D}👧b‹J\r‹6C")
    #expect(drawn(scene("e\u{301}x", cursor: 1)).text == "\r> e\u{301}x‹J\r‹3C")
  }

  @Test func whatCannotBeSeenIsShownAsAQuestionMark() {
    #expect(drawn(scene("a\u{202E}b")).text == "\r> a?b‹J\r‹5C")
  }

  @Test func controlCharactersAreShown() {
    #expect(drawn(scene("a\u{7}b")).text == "\r> a^Gb‹J\r‹6C")
  }

  @Test func aHintIsCutAtTheEndOfItsRow() {
    var scene = scene("abc")
    scene.hint = "defghijklmno"
    let text = drawn(scene, columns: 10, colour: true).text
    #expect(text == "\r‹1;36m> ‹0mabc‹90mdefg‹0m‹J\r‹5C")
  }

  @Test func aListStandsBelowInAsManyRowsAsThereAre() {
    var scene = scene("a")
    scene.below = { Array(["one", "two", "three", "four", "five"].prefix($0)) }
    #expect(drawn(scene, rows: 3).text == "\r> a‹J\r\none\r\ntwo\r‹2A‹3C")
  }

  @Test func ofALineTallerThanTheScreenTheRowsAroundTheCursorAreShown() {
    let line = String(repeating: "x", count: 8) + String(repeating: "y", count: 10) + "zzz"
    let (end, standing) = drawn(scene(line), columns: 10, rows: 2)
    #expect(end == "\ryyyyyyyyyy\r\nzzz‹J\r‹3C")
    #expect(standing.top == 1 && standing.cursorRow == 1)
    let (start, _) = drawn(scene(line, cursor: 0), columns: 10, rows: 2, over: standing)
    #expect(start == "\r‹1A> xxxxxxxx\r\nyyyyyyyyyy\r‹1A‹2C")
  }

  @Test func theLineThatIsEnteredIsDrawnWhole() {
    let line = String(repeating: "x", count: 18) + "zzz"
    let painter = EditLinePainter(style: Style(colour: false, unicode: true), columns: 10, rows: 2)
    var standing = EditLinePainter.Standing()
    _ = painter.draw(scene(line), over: &standing)
    let bytes = painter.finish(scene(line), over: standing, ending: "^C")
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "\r\u{1B}[1A> xxxxxxxx\r\nxxxxxxxxxx\r\nzzz^C\u{1B}[J\r\n")
  }
}
