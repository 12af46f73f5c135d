package import Interpreter

/// What could follow the text that was typed, to show in grey behind it.
package struct InlineHint: Sendable {
  /// Earlier cells, oldest first.
  package var cells: [String]

  package init(cells: [String]) { self.cells = cells }

  /// The rest of the newest cell that starts so, up to the end of its line; else that of the only candidate.
  ///
  /// `cell` is all that was typed, of which the last word has the candidates.
  package func text(
    after cell: String, completions: () -> (range: Range<Int>, candidates: [Completion])
  ) -> String {
    guard cell.last.map({ !$0.isNewline }) ?? false else { return "" }
    if let found = cells.last(where: { $0.utf8.count > cell.utf8.count && $0.hasPrefix(cell) }) {
      let rest = found.dropFirst(cell.count).prefix { !$0.isNewline }
      if !rest.isEmpty { return String(rest) }
    }
    let (range, candidates) = completions()
    guard let only = candidates.first, candidates.count == 1, range.upperBound == cell.utf8.count else {
      return ""
    }
    let typed = String(decoding: Array(cell.utf8)[range], as: UTF8.self)
    return !typed.isEmpty && only.text.hasPrefix(typed) ? String(only.text.dropFirst(typed.count)) : ""
  }
}
