import Interpreter
import Terminal
import Testing
import Text

/// Cells that stand back, and tables that other programs read.
@Suite struct FaintCellTests {
  private func table(_ form: TableForm? = nil) -> Table {
    var faint = Table.Cell.text("+0.10")
    faint.emphasis = .faint
    var table = Table(
      columns: [.init("model"), .init("change", .right)],
      rows: [["teacher", "0.00"], ["student with a long name", faint]])
    table.form = form
    return table
  }

  private func lines(_ table: Table, colour: Bool, width: Int?) -> [String] {
    TableLayout(style: Style(colour: colour, unicode: true), width: width).lines(table)
  }

  @Test(arguments: [nil, 100, 24]) func whatIsWithinChanceIsDimmedInItsPlace(width: Int?) {
    let (painted, plain) = (
      lines(table(), colour: true, width: width), lines(table(), colour: false, width: width)
    )
    #expect(painted.map(displayWidth) == plain.map(displayWidth))
    #expect(painted.contains { $0.contains("\u{1B}[2m+0.10\u{1B}[0m") })
    #expect(painted.filter { $0.contains("0.00") }.allSatisfy { !$0.contains("\u{1B}[2m0.00") })
    #expect(!plain.joined().contains("\u{1B}") && plain.joined().contains("+0.10"))
  }

  @Test(arguments: [nil, 10, 80]) func whatOtherProgramsReadIsNeitherBrokenNorPainted(width: Int?) {
    #expect(
      lines(table(.csv), colour: true, width: width)
        == ["model,change", "teacher,0.00", "student with a long name,+0.10"])
    #expect(lines(table(.markdown), colour: true, width: width).count == 4)
  }
}
