/// A walk through earlier cells with the arrow keys: those that start as the line did.
package struct HistoryWalk: Sendable {
  private var prefix = ""
  /// What was typed before the walk.
  private var origin = ""
  /// The cell that the walk stands at.
  private var index = 0
  /// The line that the walk left; another one starts a new walk.
  private var shown: String?

  package init() {}

  /// The next older cell for the line, whose text before the cursor it must start with; nil at the oldest.
  package mutating func older(_ line: String, cursor: Int, in cells: [String]) -> String? {
    if line != shown {
      prefix = String(decoding: line.utf8.prefix(cursor), as: UTF8.self)
      origin = line
      index = cells.count
    }
    index = min(index, cells.count)
    guard let found = cells[..<index].lastIndex(where: { $0 != line && $0.hasPrefix(prefix) }) else {
      return nil
    }
    index = found
    shown = cells[found]
    return shown
  }

  /// The next newer one, in the end what was typed; nil where there is nothing newer.
  package mutating func newer(_ line: String, in cells: [String]) -> String? {
    guard line == shown, index < cells.count else { return nil }
    if let found = cells[(index + 1)...].firstIndex(where: { $0 != line && $0.hasPrefix(prefix) }) {
      index = found
      shown = cells[found]
      return shown
    }
    index = cells.count
    shown = nil
    return origin
  }
}
