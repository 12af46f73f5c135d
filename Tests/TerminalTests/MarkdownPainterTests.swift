import Terminal
import Testing

@Suite struct MarkdownPainterTests {
  private func lines(_ text: String, colour: Bool = false, width: Int = 30) -> [String] {
    MarkdownPainter(style: Style(colour: colour, unicode: true), width: width).lines(text)
  }

  @Test func aLessonIsReadableWithoutMarks() {
    let text = """
      # Quick *start*

      This **trains** a `resnet18`, see
      [the docs](https://example.org).

      - one
      - two that is long enough to wrap
      1. first

      > quoted

      ```
      data   shapes
      ```
      | a | b |
      """
    #expect(
      lines(text) == [
        "Quick *start*", "", "This trains a resnet18, see", "the docs.", "", "• one",
        "• two that is long enough to", "  wrap", "1. first", "", "│ quoted", "", "    data   shapes",
        "| a | b |",
      ])
  }

  @Test func emphasisGoesOnOverALineBreak() {
    #expect(
      lines("aaaa **bbbb cccc** d", colour: true, width: 9)
        == ["aaaa \u{1B}[1mbbbb\u{1B}[0m", "\u{1B}[1mcccc\u{1B}[0m d"])
  }

  @Test func anUnclosedMarkHarmsNothing() {
    #expect(lines("a ` b [c] ** d") == ["a b [c] ** d"])
    #expect(lines("") == [""])
  }
}
