import Interpreter
import Terminal
import Testing

@Suite struct TableLayoutTests {
  private let table = Table(
    title: "Comparison",
    columns: [.init("model"), .init("accuracy", .right), .init("size", .right), .init("speed-up", .right)],
    rows: [
      ["teacher", "90.12 %", "44.8 MB", "1.0×"], ["student (fake-quantized)", "90.01 %", "11.3 MB", "3.4×"],
    ])

  private func lines(_ width: Int?, unicode: Bool = true) -> [String] {
    TableLayout(style: Style(colour: false, unicode: unicode), width: width).lines(table)
  }

  @Test func columnsAreAlignedUnderRuledHeadings() {
    #expect(
      lines(nil) == [
        "Comparison",
        "model                     accuracy     size  speed-up",
        "────────────────────────  ────────  ───────  ────────",
        "teacher                    90.12 %  44.8 MB      1.0×",
        "student (fake-quantized)   90.01 %  11.3 MB      3.4×",
      ])
  }

  @Test func asciiHasNoOtherSigns() {
    #expect(
      lines(79, unicode: false).suffix(3) == [
        "------------------------  --------  -------  --------",
        "teacher                    90.12 %  44.8 MB      1.0x",
        "student (fake-quantized)   90.01 %  11.3 MB      3.4x",
      ])
  }

  @Test func textIsCutBeforeNumbers() {
    #expect(
      lines(45) == [
        "Comparison",
        "model             accuracy     size  speed-up",
        "────────────────  ────────  ───────  ────────",
        "teacher            90.12 %  44.8 MB      1.0×",
        "student (fake-q…   90.01 %  11.3 MB      3.4×",
      ])
  }

  @Test func whatDoesNotFitGoesBelowAndNoNumberIsLost() {
    #expect(
      lines(39) == [
        "Comparison",
        "model         accuracy     size",
        "────────────  ────────  ───────",
        "teacher        90.12 %  44.8 MB",
        "student (fa…   90.01 %  11.3 MB",
        "",
        "model         speed-up",
        "────────────  ────────",
        "teacher           1.0×",
        "student (fa…      3.4×",
      ])
  }

  @Test(arguments: [1, 5, 10, 20, 39, 40, 79, 80, 200])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    #expect(lines(width).allSatisfy { displayWidth($0) <= width })
  }

  @Test func wideCharactersKeepColumnsStraight() {
    let table = Table(columns: [.init("名前"), .init("n", .right)], rows: [["日本", "1"], ["a", "22"]])
    #expect(
      TableLayout(style: Style(colour: false, unicode: true), width: 40).lines(table)
        == ["名前   n", "────  ──", "日本   1", "a     22"])
  }

  @Test func shortAndUnrulyRowsAreTakenAsTheyAre() {
    let table = Table(columns: [.init("a"), .init("b")], rows: [["1"], ["2\n3", "x", "more"], []])
    #expect(
      TableLayout(style: Style(colour: false, unicode: false), width: nil).lines(table)
        == ["a    b", "---  -", "1", "2 3  x", ""])
    #expect(TableLayout(style: .file, width: nil).lines(Table(columns: [], rows: [])) == [])
  }
}
