import Interpreter

extension ColonCommand {
  static let history = ColonCommand(
    name: "history", argument: "[PATTERN]",
    summary: "earlier cells, those that contain the pattern; * stands for any text"
  ) { repl, pattern in
    let ended = repl.interpreter.endedCells(limit: HistorySearch.reach)
    let cells = HistorySearch(pattern: pattern).select(ended.map(\.cell))
    if cells.isEmpty {
      repl.show(.text(pattern.isEmpty ? "no cells yet" : "no earlier cell contains \(pattern)"))
    }
    for (number, cell) in cells {
      let lead = pad("\(number)", to: 4, right: true) + "  "
      // Behind the cell as a comment, so that what is copied can be run.
      let mark = HistorySearch.marks[ended[number - 1].status].map { "  # \($0)" } ?? ""
      repl.show(.text(lead + cell.replacing("\n", with: "\n      ") + mark))
    }
    return .stay
  }
}

/// Picks earlier cells by a piece of their text; `*` stands for anything; case doesn't matter.
package struct HistorySearch {
  /// So many cells are looked through.
  static let reach = 5000
  /// So many are shown, the newest.
  static let shown = 100

  /// What is said of cells that did not end well.
  static let marks = [
    "error": "failed", "interrupted": "interrupted", "killed": "its process was killed",
    "running": "still runs",
  ]

  private let pattern: String

  package init(pattern: String) { self.pattern = pattern }

  /// Cells with their numbers from 1, oldest first.
  package func select(_ cells: [String]) -> [(number: Int, cell: String)] {
    let found = cells.enumerated().filter { matches($0.element) }
    return found.suffix(Self.shown).map { ($0.offset + 1, $0.element) }
  }

  /// Whether the text has the pattern in it.
  func matches(_ text: String) -> Bool {
    let text = text.lowercased()
    var rest = text[...]
    for piece in pattern.lowercased().split(separator: "*") {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
