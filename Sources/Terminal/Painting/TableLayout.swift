package import Interpreter
import Text

/// Lays a table out in columns under ruled headings.
///
/// Where it is wider than the terminal, text columns are narrowed first, down to their longest words, and their cells
/// go on in lines below; columns that still don't fit go into further blocks, each of which repeats the first, so that
/// nothing is lost. Where even so a word would be split, or every row of a column broken, each row is a record of its
/// own (`TableRecords`).
package struct TableLayout: Sendable {
  package var style: Style
  /// Columns of the terminal; nil where nothing limits the width.
  package var width: Int?

  package init(style: Style, width: Int?) {
    self.style = style
    self.width = width
  }

  private static let gap = 2
  /// A text column isn't made narrower than its longest word, nor than this.
  private static let shortestText = 12

  package func lines(_ table: Table) -> [String] {
    let columns = columns(of: table)
    guard !columns.isEmpty else { return [] }
    // What other programs read is neither broken nor cut.
    if let text = table.written {
      return text.split(separator: "\n").map { style.spell(printable(String($0))) }
    }
    var lines = table.title.map { [style.paint(fit(style.spell(printable($0))), .heading)] } ?? []
    let blocks = blocks(narrowed(columns))
    guard blocks.allSatisfy(isReadable) else {
      return lines + TableRecords(style: style, width: width ?? .max).lines(columns.map(\.cells))
    }
    for (index, block) in blocks.enumerated() {
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
    /// Which of them are drawn faint.
    var faint: Set<Int> = []
    var width: Int
    /// How narrow the column may become beside others.
    var shortest: Int
  }

  private func columns(of table: Table) -> [Column] {
    table.columns.indices.map { index in
      let rows = table.rows.map { index < $0.count ? $0[index].text : "" }
      let cells = ([table.columns[index].title] + rows).map { style.spell(printable($0)) }
      let faint = table.rows.indices.filter {
        index < table.rows[$0].count && table.rows[$0][index].emphasis == .faint
      }
      return Column(
        alignment: table.columns[index].alignment, cells: cells, faint: Set(faint.map { $0 + 1 }),
        width: cells.map(displayWidth).max() ?? 0, shortest: Self.shortest(cells))
    }
  }

  private static func shortest(_ cells: [String]) -> Int {
    let words = cells.flatMap { $0.split(separator: " ").map { displayWidth(String($0)) } }
    return max(words.max() ?? 0, shortestText)
  }

  /// False where a word is split, or a column broken in each of its rows.
  private func isReadable(_ block: [Column]) -> Bool {
    block.allSatisfy { column in
      let rows = column.cells.dropFirst().filter { !$0.isEmpty }
      let isBroken = { (cell: String) in displayWidth(cell) > column.width }
      let longest =
        column.cells.flatMap { $0.split(separator: " ") }.map { displayWidth(String($0)) }.max() ?? 0
      return longest <= column.width && (rows.isEmpty || !rows.allSatisfy(isBroken))
    }
  }

  private func total(_ columns: [Column]) -> Int {
    columns.map(\.width).reduce(0, +) + Self.gap * (columns.count - 1)
  }

  /// Narrows text columns, the widest first, as far as needed and allowed.
  private func narrowed(_ columns: [Column]) -> [Column] {
    guard let width else { return columns }
    var columns = columns
    while total(columns) > width {
      let texts = columns.indices.filter {
        columns[$0].alignment == .left && columns[$0].width > columns[$0].shortest
      }
      guard let widest = texts.max(by: { columns[$0].width < columns[$1].width }) else { break }
      columns[widest].width -= 1
    }
    return columns
  }

  private func blocks(_ columns: [Column]) -> [[Column]] {
    guard let width, let first = columns.first, columns.count > 1, total(columns) > width else {
      return [columns.map(limited)]
    }
    var blocks: [[Column]] = []
    for column in columns.dropFirst() {
      if let block = blocks.last, total(block + [column]) <= width {
        blocks[blocks.count - 1].append(column)
      } else {
        blocks.append(beside(column, first, width))
      }
    }
    return blocks
  }

  /// The column as wide as the first leaves it room.
  private func beside(_ column: Column, _ first: Column, _ width: Int) -> [Column] {
    var column = column
    column.width = max(1, min(column.width, width - first.width - Self.gap))
    return [first, column].map(limited)
  }

  private func limited(_ column: Column) -> Column {
    var column = column
    if let width { column.width = min(column.width, max(1, width)) }
    return column
  }

  private func draw(_ columns: [Column]) -> [String] {
    let rule = columns.map { String(repeating: style.unicode ? "─" : "-", count: $0.width) }
    let heading = lines(columns, row: 0).map { style.paint($0, .emphasis) }
    let ruled = style.paint(fit(rule.joined(separator: "  ")), .faint)
    let rows = (columns.first?.cells.count ?? 1) - 1
    return heading + [ruled] + (0..<rows).flatMap { lines(columns, row: $0 + 1) }
  }

  /// One line, or as many as the cell with most of them needs.
  private func lines(_ columns: [Column], row: Int) -> [String] {
    let cells = columns.map { wrapInside($0.cells[row], to: $0.width) }
    let count = cells.map(\.count).max() ?? 1
    return (0..<max(count, 1)).map { line in
      let parts = zip(columns, cells).map { column, lines -> String in
        let text = line < lines.count ? lines[line] : ""
        return pad(
          column.faint.contains(row) ? style.paint(text, .faint) : text, to: column.width,
          right: column.alignment == .right)
      }
      let text = parts.joined(separator: "  ")
      return fit(String(text.reversed().drop { $0 == " " }.reversed()))
    }
  }
}
