import Interpreter
import Language
import Terminal
import Testing
import Text

@Suite struct NarrowDiagnosticTests {
  private func lines(_ cell: String, marking words: String, width: Int) -> [String] {
    let start = cell.utf8.count - (cell.rest(from: words)?.utf8.count ?? 0)
    let diagnostic = Diagnostic(
      id: "x", message: "no model is called so", range: SourceRange(start..<start + words.utf8.count),
      label: "did you mean \"teacher\"?")
    return OutputPainter(style: Style(colour: false, unicode: false), width: width).lines(
      .diagnostic(diagnostic), source: SourceFile(cell))
  }

  @Test(arguments: 16...60)
  func theMarksStandUnderTheirWords(_ width: Int) throws {
    for cell in ["qat student with kd(techer, DecoupledKD, 0.5)", "compare\t名前名前名前\ttecher student"] {
      let lines = lines(cell, marking: "techer", width: width)
      #expect(lines.allSatisfy { displayWidth($0) <= width }, "\(lines)")
      let mark = try #require(lines.firstIndex { $0.contains("^~~~~~") })
      let before = lines[mark].prefix { $0 == " " }.count
      let marked = try #require(lines[mark - 1].rest(from: "techer"))
      #expect(displayWidth(lines[mark - 1]) - displayWidth(marked) == before, "\(lines)")
    }
  }
}

extension String {
  /// The text from where the words begin.
  fileprivate func rest(from words: String) -> String? {
    firstRange(of: words).map { String(self[$0.lowerBound...]) }
  }
}
