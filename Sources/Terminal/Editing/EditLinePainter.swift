package import Interpreter

/// Draws colours over the line that libedit has drawn, a hint behind it and lines below it, as bytes that start
/// and end at libedit's cursor.
///
/// libedit has no colours of its own, and draws only what changed. So all of the line is drawn again, row by
/// row, wherever libedit's cursor and the terminal's own wrapping stand.
package struct EditLinePainter: Sendable {
  /// The terminal's.
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// What to draw.
  package struct Scene {
    /// Without escape sequences.
    package var prompt: String
    package var line: String
    /// The cursor's UTF-8 offset.
    package var cursor: Int
    package var highlights: [Highlight] = []
    /// Text in grey behind the line; it is cut at the end of the row.
    package var hint = ""
    /// The lines below, for at most so many rows.
    package var below: (Int) -> [String] = { _ in [] }

    package init(prompt: String, line: String, cursor: Int) {
      self.prompt = prompt
      self.line = line
      self.cursor = cursor
    }
  }

  package struct Drawing: Equatable, Sendable {
    package var bytes: [UInt8]
    /// Whether something stands behind or below the text.
    package var isBeyond: Bool
  }

  /// Nil where it isn't known how libedit has laid the line out.
  package func draw(_ scene: Scene) -> Drawing? {
    guard
      let layout = EditLineLayout(
        prompt: scene.prompt, line: scene.line, cursor: scene.cursor, columns: columns), rows > 0
    else { return nil }
    // Of a line that is taller than the screen libedit shows the end, and keeps the cursor's row.
    let hidden = max(0, layout.end.row + 1 - rows)
    let cursorRow = min(layout.cursor.row, rows - 1)
    let first = hidden > layout.start.row ? EditLineLayout.Place(row: hidden, column: 0) : layout.start
    var pen = EditLinePen(columns: columns, at: first)
    pen.move(rows: first.row - hidden - cursorRow, column: first.column)
    draw(layout.cells.drop { $0.place.row < first.row }, scene.highlights, with: &pen)
    pen.advance(to: layout.end)
    let hint = fitting(scene.hint, from: layout.end.column)
    pen.draw(hint, .grey)
    pen.clearBelow()
    let below = scene.below(rows - 1 - (layout.end.row - hidden))
    for line in below { pen.drawBelow(line) }
    pen.move(
      rows: cursorRow - (layout.end.row - hidden) - below.count, column: layout.cursor.column)
    return Drawing(bytes: pen.bytes, isBeyond: !hint.isEmpty || !below.isEmpty)
  }

  private func draw(
    _ cells: ArraySlice<EditLineLayout.Cell>, _ highlights: [Highlight], with pen: inout EditLinePen
  ) {
    var rest = highlights[...]
    for cell in cells where cell.scalar != "\n" {
      while let first = rest.first, first.range.upperBound <= cell.offset { rest.removeFirst() }
      let kind = rest.first.flatMap { $0.range.contains(cell.offset) ? $0.kind : nil }
      // A mark on the character before stays with it, also at the end of a row.
      if cell.columns > 0 { pen.advance(to: cell.place) }
      pen.draw(cell.scalar, columns: cell.columns, kind.map(EditLinePen.Look.highlight))
    }
  }

  /// As much of the hint as the row holds with a free column at its end.
  private func fitting(_ hint: String, from column: Int) -> String {
    var left = columns - 1 - column
    return String(
      hint.prefix { character in
        left -= displayWidth(String(character))
        return left >= 0 && printable(String(character)) == String(character)
      })
  }
}
