import Interpreter
import Language
import Terminal
import Testing

@Suite struct ImageSheetTests {
  /// A red image that is right and a blue one that is not, 4×4.
  private let sheet = ImageSheet(
    title: "test images that net gets wrong", width: 4, height: 4,
    items: [
      .init(
        number: 3, label: "cat", choice: "cat", pixels: (0..<16).flatMap { _ in [255, 0, 0] as [UInt8] }),
      .init(
        number: 7, label: "dachshund", choice: "dog", otherChoice: "cat",
        pixels: (0..<16).flatMap { _ in [0, 0, 255] as [UInt8] }),
    ])

  private func lines(colour: Bool, width: Int?) -> [String] {
    OutputPainter(style: Style(colour: colour, unicode: true), width: width)
      .lines(.images(sheet), source: SourceFile(""))
  }

  @Test func pixelsAreHalfBlocksWithNamesBelow() {
    let found = lines(colour: true, width: 80)
    // The title, four rows of pixels in two lines, the classes, what they are taken for.
    #expect(found.count == 5)
    #expect(found[1].count { $0 == "▀" } == 8 && found[1] == found[2])
    #expect(found[1].hasSuffix("\u{1B}[0m"))
    #expect(found[3].hasPrefix("cat   ") && found[3].contains("dac…"))
    #expect(found[4].contains("→ d"))
  }

  @Test func aNarrowTerminalPutsThemBelowOneAnother() {
    let found = lines(colour: true, width: 9)
    #expect(found.count == 8 && found.allSatisfy { $0.count { $0 == "▀" } <= 4 })
  }

  @Test func withoutColoursTheNamesAreListed() {
    #expect(
      lines(colour: false, width: 80) == [
        "test images that net gets wrong", "  3: cat", "  7: dachshund, taken for dog, by the other for cat",
      ])
  }
}
