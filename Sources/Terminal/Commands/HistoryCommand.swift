import Interpreter

extension ColonCommand {
  static let history = ColonCommand(
    name: "history", argument: "[PATTERN]",
    summary: "earlier cells, those that contain the pattern; * stands for any text"
  ) { repl, pattern in
    let cells = HistorySearch(pattern: pattern).select(repl.interpreter.history(limit: HistorySearch.reach))
    if cells.isEmpty {
      repl.show(.text(pattern.isEmpty ? "no cells yet" : "no earlier cell contains \(pattern)"))
    }
    for (number, cell) in cells {
      let lead = pad("\(number)", to: 4, right: true) + "  "
      repl.show(.text(lead + cell.replacing("\n", with: "\n      ")))
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
