import Language
import Terminal
import Testing

@Suite struct TextWidthTests {
  private let unicode = Style(colour: false, unicode: true)
  private let ascii = Style(colour: false, unicode: false)

  @Test(arguments: [
    ("teacher", 7, "teacher"), ("teacher", 5, "teac…"), ("日本語", 4, "日…"), ("ab", 1, "…"), ("ab", 0, ""),
  ])
  func textIsCutWithAnEllipsis(_ text: String, _ width: Int, _ expected: String) {
    #expect(cut(text, to: width, style: unicode) == expected)
  }

  @Test func theEllipsisIsASCIIWhereTheLocaleIs() {
    #expect(cut("teacher", to: 5, style: ascii) == "teac~")
  }

  @Test func noControlCharacterReachesTheTerminal() {
    #expect(printable("a\u{1B}[2Jb\u{7}\tc\r\n\u{9B}d") == "a?[2Jb? c  ?d")
    #expect(printable("a\nb", keepsNewlines: true) == "a\nb")
  }

  @Test func wordsAreWrappedAndLongOnesStayWhole() {
    #expect(wrap("one two three", to: 7) == ["one two", "three"])
    #expect(wrap("incomprehensible a", to: 5) == ["incomprehensible", "a"])
    #expect(wrap("", to: 5) == [""])
  }

  @Test func signsAreSpelledInASCIIAndLettersStay() {
    #expect(ascii.spell("2× → 90 % ± 1 – é") == "2x -> 90 % +/- 1 - é")
    #expect(unicode.spell("2×") == "2×")
  }

  @Test(arguments: [
    ("√(v + ε)", "sqrt(v + epsilon)"), ("Σ w ≤ 1", "Sigma w <= 1"), ("σ² − μ·γ", "sigma^2 - mu*gamma"),
    ("10⁻⁵ and 10¹²", "10^-5 and 10^12"), ("Δ Ω ω ϵ", "Delta Omega omega epsilon"), ("━━ █ └─", "== # +-"),
    ("W₁", "W_1"), ("⋮", ":"),
  ])
  func formulasAreSpelledByTheNamesOfTheirLetters(_ text: String, _ expected: String) {
    #expect(ascii.spell(text) == expected)
  }

  @Test func aDiagnosticsWordsAreSpelledAndItsPlacesStay() {
    let diagnostic = Diagnostic(
      id: "x", message: "5×5 is too large", range: SourceRange(lowerBound: 0, upperBound: 2), label: "≤ 3",
      notes: ["Σ w"], suggestion: "3")
    let spelled = ascii.spell(diagnostic)
    #expect(spelled.message == "5x5 is too large")
    #expect(spelled.label == "<= 3")
    #expect(spelled.notes == ["Sigma w"])
    #expect(spelled.range == diagnostic.range)
  }

  @Test func withoutColourNothingIsPainted() {
    #expect(unicode.paint("x", .heading) == "x")
    #expect(Style(colour: true, unicode: true).paint("x", .heading) == "\u{1B}[1mx\u{1B}[0m")
  }

  @Test func aPipeHasNoColourWhateverTheTerminalIs() {
    // Descriptor -1 is no terminal.
    #expect(!Style(descriptor: -1) { $0 == "TERM" ? "xterm-256color" : nil }.colour)
  }
}
