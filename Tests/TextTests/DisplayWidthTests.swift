import Testing
import Text

@Suite struct DisplayWidthTests {
  /// Columns as UAX 11 and UTS 51 give them.
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("\u{301}", 0), ("━", 1), ("×", 1), ("日本", 4), ("ｱ", 1),
    ("Ａ", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("𠀀", 2), ("が", 2), ("か\u{3099}", 2),
    ("a\u{200B}", 1),
    ("क्ष", 1), ("\u{600}1", 1),
  ])
  func widthIsCountedInColumns(_ text: String, _ width: Int) {
    #expect(displayWidth(text) == width)
  }

  @Test(arguments: [
    ("😀", 2), ("⌚", 2), ("☺", 1), ("☺\u{FE0F}", 2), ("1\u{FE0F}\u{20E3}", 2), ("👍🏽", 2), ("🇩🇪", 2),
    ("👩\u{200D}👩\u{200D}👧", 2), ("🏳\u{FE0F}\u{200D}🌈", 2), ("\u{1FAE9}", 2),
  ])
  func anEmojiTakesTwoColumnsHoweverItIsJoined(_ text: String, _ width: Int) {
    #expect(displayWidth(text) == width)
    #expect(displayWidth("a\(text)b") == width + 2)
  }

  @Test(arguments: [
    ("\u{1B}[1;36ma\u{1B}[0m", 1), ("\u{1B}[1m日\u{1B}[0m", 2), ("\0\u{7}\u{7F}\u{85}", 0), ("a\r\nb", 2),
  ])
  func whatSteersTheTerminalTakesNone(_ text: String, _ width: Int) {
    #expect(displayWidth(text) == width)
  }

  @Test(arguments: [
    ("a" as Character, true), ("é", true), ("👩\u{200D}👧", true), ("\u{200D}", false), ("\u{202E}", false),
    ("\n", false), ("\u{2028}", false), ("\u{378}", false), ("\u{E000}", true),
  ])
  func whatCannotBeSeenIsNotPrintable(_ character: Character, _ expected: Bool) {
    #expect(isPrintable(character) == expected)
  }
}
