import Interpreter
import Terminal
import Testing
import Text
import Training

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

  private static let words = Table(
    columns: [.init("command"), .init("does"), .init("example")],
    rows: [
      ["train", "train a network, or go on with a model", "teacher = train resnet18"],
      ["qat", "train with quantization in the loop, guided by a teacher", ""],
    ])

  @Test func aTableWhoseEveryRowWouldBreakIsWrittenRowByRow() {
    let layout = { (width: Int) in
      TableLayout(style: Style(colour: false, unicode: true), width: width).lines(Self.words)
    }
    #expect(
      layout(40) == [
        "train", "  does: train a network, or go on with a", "  model", "  example: teacher = train resnet18",
        "qat",
        "  does: train with quantization in the", "  loop, guided by a teacher",
      ])
    #expect(layout(100).count == 4)
    let two = Table(
      columns: [.init("about"), .init("terms")], rows: [["grids", "scale, zero-point, rounding"]])
    #expect(
      TableLayout(style: Style(colour: false, unicode: true), width: 20).lines(two) == [
        "grids", "  scale, zero-point,", "  rounding",
      ])
  }

  /// Every table that `help` and the lists of words show, on usual screens and on narrow ones.
  @Test(arguments: [100, 80, 60, 40])
  func noWordIsSplitAndNoColumnBreaksInEveryRow(_ width: Int) throws {
    let interpreter = try Interpreter(sessionFolder: nil)
    let cells =
      ["help", "explain", "help losses", "help layers", "help datasets", "models"]
      + Command.all.map { "help \($0.name)" }
    for cell in cells {
      var tables: [Table] = []
      _ = interpreter.execute(cell, cancellation: Cancellation()) {
        if case .table(let table) = $0 { tables.append(table) }
      }
      for table in tables { check(table, width, cell) }
    }
  }

  private func check(_ table: Table, _ width: Int, _ cell: String) {
    let lines = TableLayout(style: .file, width: width).lines(table)
    #expect(lines.allSatisfy { displayWidth($0) <= width }, "\(cell)")
    let shown = Set(lines.flatMap { $0.split(separator: " ").map(String.init) })
    for word in table.texts.flatMap({ $0.flatMap { $0.split(separator: " ").map(String.init) } })
    where displayWidth(word) <= width - 4 {
      #expect(shown.contains(word), "\(cell) at \(width): \(word)")
    }
    // A row in columns takes one line where any of its rows does.
    guard let rule = lines.firstIndex(where: { $0.hasPrefix("─") }), table.rows.count > 1 else { return }
    #expect(lines.count < rule + 1 + 6 * table.rows.count, "\(cell) at \(width)")
  }
}
