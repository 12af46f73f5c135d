import Text

/// Lays a table out row by row, for screens that its columns have no room on: the first cell, and below it the others
/// with their titles.
struct TableRecords {
  let style: Style
  /// Columns of the terminal.
  let width: Int

  private static let indent = 2

  /// `columns` are the cells of each, the heading first.
  func lines(_ columns: [[String]]) -> [String] {
    guard let first = columns.first else { return [] }
    return first.indices.dropFirst().flatMap { row -> [String] in
      let head = wrapInside(first[row], to: width).filter { !$0.isEmpty }.map { style.paint($0, .emphasis) }
      return head + columns.dropFirst().flatMap { entry($0[row], title: $0[0], isOnly: columns.count == 2) }
    }
  }

  /// A cell with its title, which a table of two columns doesn't need; a value that doesn't fit beside it begins below.
  private func entry(_ value: String, title: String, isOnly: Bool) -> [String] {
    guard !value.isEmpty else { return [] }
    let lead = isOnly || title.isEmpty ? "" : title + ": "
    let room = max(1, width - Self.indent)
    let fits = displayWidth(lead) + longestWord(of: value) <= room
    let pieces =
      fits
      ? wrapInside(lead + value, to: room) : [cut(lead, to: room, style: style)] + wrapInside(value, to: room)
    return pieces.map { cut(String(repeating: " ", count: Self.indent) + $0, to: width, style: style) }
  }

  /// A number and its unit stay together.
  private func longestWord(of value: String) -> Int {
    let isNumber = value.first.map { $0.isNumber || "+-".contains($0) } ?? false
    return isNumber
      ? displayWidth(value) : value.split(separator: " ").map { displayWidth(String($0)) }.max() ?? 0
  }
}
