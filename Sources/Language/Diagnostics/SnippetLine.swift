import Text

/// One line of a cell as a terminal shows it: columns for each character, tabs spread out.
struct SnippetLine {
  private struct Cell {
    var text: String
    var column: Int
    var width: Int
    /// UTF-8 offsets in the cell's text.
    var range: Range<Int>
  }

  private static let tabStop = 4
  private var cells: [Cell] = []
  private(set) var width = 0

  /// `offset` is the UTF-8 offset at which the line starts.
  init(_ line: Substring, offset: Int) {
    var offset = offset
    for character in line {
      let bytes = character.utf8.count
      // A byte order mark belongs to the file and not to what it says.
      if offset == 0, character == "\u{FEFF}" {
        offset += bytes
        continue
      }
      let (text, columns) = Self.shown(character, at: width)
      cells.append(Cell(text: text, column: width, width: columns, range: offset..<offset + bytes))
      width += columns
      offset += bytes
    }
  }

  private static func shown(_ character: Character, at column: Int) -> (text: String, width: Int) {
    if character == "\t" {
      let width = tabStop - column % tabStop
      return (String(repeating: " ", count: width), width)
    }
    guard isPrintable(character) else { return ("\u{FFFD}", 1) }
    return (String(character), displayWidth(character))
  }

  /// The columns of what a range covers on this line; empty at the place where it covers nothing.
  func columns(of range: SourceRange) -> Range<Int> {
    let covered = cells.filter {
      $0.range.upperBound > range.lowerBound && $0.range.lowerBound < range.upperBound
    }
    if let first = covered.first, let last = covered.last {
      return first.column..<last.column + last.width
    }
    let place = cells.first { $0.range.lowerBound >= range.lowerBound }?.column ?? width
    return place..<place
  }

  /// The column of the first character that is no white space.
  var indentation: Int {
    cells.first { $0.text.contains { $0 != " " } }?.column ?? 0
  }

  /// The text in at most `limit` columns around the marked ones, with an ellipsis where it is cut, and the
  /// column that its first character stands for.
  func window(around marked: Range<Int>, limit: Int?) -> (text: String, firstColumn: Int) {
    guard let limit, width > limit else { return (cells.map(\.text).joined(), 0) }
    let end = min(marked.upperBound, marked.lowerBound + limit - 4)
    let centred = (marked.lowerBound + end - limit) / 2
    let start = max(0, min(centred, max(width - limit, marked.lowerBound - limit + 4)))
    let stop = start + limit
    let first = start > 0 ? start + 1 : 0
    let last = stop < width ? stop - 1 : stop
    var text = start > 0 ? "…" : ""
    var column = first
    for cell in cells where cell.column >= first && cell.column + cell.width <= last {
      text += String(repeating: " ", count: cell.column - column) + cell.text
      column = cell.column + cell.width
    }
    if stop < width { text += "…" }
    return (text, start)
  }
}
