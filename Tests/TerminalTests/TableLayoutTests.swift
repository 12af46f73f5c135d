import Interpreter
import Terminal
import Testing
import Text

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

  @Test func textGoesOnBelowBeforeColumnsDo() {
    #expect(
      lines(45) == [
        "Comparison",
        "model             accuracy     size  speed-up",
        "────────────────  ────────  ───────  ────────",
        "teacher            90.12 %  44.8 MB      1.0×",
        "student            90.01 %  11.3 MB      3.4×",
        "(fake-quantized)",
      ])
  }

  @Test func columnsThatDoNotFitGoBelowAndNothingIsLost() {
    #expect(
      lines(39) == [
        "Comparison",
        "model             accuracy     size",
        "────────────────  ────────  ───────",
        "teacher            90.12 %  44.8 MB",
        "student            90.01 %  11.3 MB",
        "(fake-quantized)",
        "",
        "model             speed-up",
        "────────────────  ────────",
        "teacher               1.0×",
        "student               3.4×",
        "(fake-quantized)",
      ])
  }

  @Test(arguments: 14...60)
  func numbersStayWhole(_ width: Int) {
    let text = lines(width).joined(separator: "\n")
    for number in ["90.12 %", "44.8 MB", "1.0×", "90.01 %", "11.3 MB", "3.4×"] {
      #expect(text.contains(number), "\(text)")
    }
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
