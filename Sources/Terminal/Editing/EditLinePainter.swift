package import Interpreter
import Text

/// Draws the prompt with the line that is edited, a hint behind it and a list below it, as bytes for one write.
///
/// All of it is drawn at each key, over what was drawn before. A line that is taller than the screen is shown in
/// part, with the cursor.
package struct EditLinePainter: Sendable {
  package var style: Style
  /// The terminal's.
  package var columns: Int
  package var rows: Int

  package init(style: Style, columns: Int, rows: Int) {
    self.style = style
    self.columns = columns
    self.rows = max(1, rows)
  }

  /// What to draw.
  package struct Scene {
    package var prompt: String
    package var line: String
    /// The cursor's UTF-8 offset.
    package var cursor: Int
    package var highlights: [Highlight] = []
    /// Text in grey behind the line; it is cut at the end of the row.
    package var hint = ""
    /// The list below, for at most so many rows.
    package var below: (Int) -> [String] = { _ in [] }

    package init(prompt: String, line: String, cursor: Int) {
      self.prompt = prompt
      self.line = line
      self.cursor = cursor
    }
  }

  /// How the terminal stands after a drawing.
  package struct Standing: Sendable, Equatable {
    /// The cursor's row on the screen, from the first that was drawn.
    package var cursorRow = 0
    /// The first row of the line that is shown.
    package var top = 0

    /// Nothing is drawn, and the cursor at the start of a row.
    package init() {}
  }

  /// Bytes that draw the scene over what `standing` tells of, which becomes what they leave.
  package func draw(_ scene: Scene, over standing: inout Standing) -> [UInt8] {
    let layout = layout(of: scene)
    var pen = EditLinePen(columns: columns, hasLooks: style.colour)
    pen.move(rows: -standing.cursorRow)
    let height = layout.end.row + 1
    let top = max(0, min(max(standing.top, layout.cursor.row - rows + 1), layout.cursor.row, height - rows))
    let bottom = min(height, top + rows) - 1
    draw(layout, rows: top...bottom, scene.highlights, with: &pen)
    pen.advance(to: bottom == layout.end.row ? layout.end : EditLineLayout.Place(row: bottom, column: 0))
    if bottom == layout.end.row {
      pen.draw(fitting(scene.hint, from: layout.end.column), .grey)
    }
    pen.clearBelow()
    let below = scene.below(rows - 1 - (bottom - top))
    for line in below { pen.drawBelow(line) }
    standing.top = top
    standing.cursorRow = layout.cursor.row - top
    pen.move(rows: layout.cursor.row - pen.row - below.count)
    pen.move(toColumn: layout.cursor.column)
    return pen.bytes
  }

  /// Bytes that draw the whole line for good, with `ending` behind it, and go below it.
  package func finish(_ scene: Scene, over standing: Standing, ending: String) -> [UInt8] {
    let layout = layout(of: scene)
    var pen = EditLinePen(columns: columns, hasLooks: style.colour)
    pen.move(rows: -standing.cursorRow)
    draw(layout, rows: 0...layout.end.row, scene.highlights, with: &pen)
    pen.advance(to: layout.end)
    pen.draw(ending, nil)
    pen.clearBelow()
    pen.drawBelow("")
    return pen.bytes
  }

  /// The row of the cursor once the terminal has wrapped to its columns what was drawn for others.
  package func rewrapped(_ scene: Scene, drawnFor old: Int, _ standing: Standing) -> Int {
    let layout = EditLineLayout(
      prompt: scene.prompt, line: scene.line, cursor: scene.cursor, columns: old)
    return min(rows - 1, layout.row(of: layout.cursor, wrappedTo: columns) - standing.top)
  }

  private func layout(of scene: Scene) -> EditLineLayout {
    EditLineLayout(prompt: scene.prompt, line: scene.line, cursor: scene.cursor, columns: columns)
  }

  private func draw(
    _ layout: EditLineLayout, rows: ClosedRange<Int>, _ highlights: [Highlight], with pen: inout EditLinePen
  ) {
    pen.start(at: rows.lowerBound)
    var rest = highlights[...]
    for cell in layout.cells where rows.contains(cell.place.row) && cell.text != "\n" {
      while let first = rest.first, first.range.upperBound <= cell.offset { rest.removeFirst() }
      let kind = rest.first.flatMap { $0.range.contains(cell.offset) ? $0.kind : nil }
      // A mark on the character before stays with it, also at the end of a row.
      if cell.columns > 0 { pen.advance(to: cell.place) }
      pen.draw(cell.text, columns: cell.columns, cell.offset < 0 ? .prompt : kind.map { .highlight($0) })
    }
  }

  /// As much of the hint as the row holds with a free column at its end.
  private func fitting(_ hint: String, from column: Int) -> String {
    var left = columns - 1 - column
    return String(
      hint.prefix { character in
        left -= displayWidth(character)
        return left >= 0 && printable(String(character)) == String(character)
      })
  }
}
