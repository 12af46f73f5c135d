package import Interpreter

/// Lays a table out in columns under ruled headings.
///
/// Where it is wider than the terminal, text columns are cut first; what still doesn't fit goes into
/// further blocks below, each of which repeats the first column, so that no number is lost.
package struct TableLayout: Sendable {
  package var style: Style
  /// Columns of the terminal; nil where nothing limits the width.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  private static let gap = 2
  /// A text column isn't cut below this.
  private static let shortestText = 12

  package func lines(_ table: Table) -> [String] {
    let columns = columns(of: table)
    guard !columns.isEmpty else { return [] }
    var lines = table.title.map { [style.paint(fit(style.spell(printable($0))), .heading)] } ?? []
    for (index, block) in blocks(cutTexts(columns)).enumerated() {
      if index > 0 { lines.append("") }
      lines += draw(block)
    }
    return lines
  }

  private func fit(_ text: String) -> String { width.map { cut(text, to: $0, style: style) } ?? text }

  private struct Column {
    var alignment: Table.Alignment
    /// The heading, then the rows.
    var cells: [String]
    var width: Int
  }

  private func columns(of table: Table) -> [Column] {
    table.columns.indices.map { index in
      let rows = table.rows.map { index < $0.count ? $0[index] : "" }
      let cells = ([table.columns[index].title] + rows).map { style.spell(printable($0)) }
      return Column(
        alignment: table.columns[index].alignment, cells: cells,
        width: cells.map(displayWidth).max() ?? 0)
    }
  }

  private func total(_ columns: [Column]) -> Int {
    columns.map(\.width).reduce(0, +) + Self.gap * (columns.count - 1)
  }

  /// Narrows text columns, the widest first, as far as needed and allowed.
  private func cutTexts(_ columns: [Column]) -> [Column] {
    guard let width else { return columns }
    var columns = columns
    while total(columns) > width {
      let texts = columns.indices.filter {
        columns[$0].alignment == .left && columns[$0].width > Self.shortestText
      }
      guard let widest = texts.max(by: { columns[$0].width < columns[$1].width }) else { break }
      columns[widest].width -= 1
    }
    return columns
  }

  private func blocks(_ columns: [Column]) -> [[Column]] {
    guard let width, let first = columns.first, total(columns) > width else { return [columns] }
    var blocks: [[Column]] = []
    var block = [first]
    for column in columns.dropFirst() {
      if block.count > 1 && total(block + [column]) > width {
        blocks.append(block)
        block = [first]
      }
      block.append(column)
    }
    return blocks + [block]
  }

  private func draw(_ columns: [Column]) -> [String] {
    let rows = (columns.first?.cells.count ?? 1) - 1
    let rule = columns.map { String(repeating: style.unicode ? "─" : "-", count: $0.width) }
    let heading = style.paint(fit(line(columns, row: 0)), .emphasis)
    let ruled = style.paint(fit(rule.joined(separator: "  ")), .faint)
    return [heading, ruled] + (0..<rows).map { fit(line(columns, row: $0 + 1)) }
  }

  private func line(_ columns: [Column], row: Int) -> String {
    let cells = columns.map { column in
      pad(
        cut(column.cells[row], to: column.width, style: style), to: column.width,
        right: column.alignment == .right)
    }
    let line = cells.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
