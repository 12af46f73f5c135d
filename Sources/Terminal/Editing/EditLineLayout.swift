import Text

/// The places of a prompt and a line on a screen of some columns, in rows from the prompt's first.
struct EditLineLayout {
  struct Place: Equatable {
    var row = 0
    var column = 0
  }

  /// A character as it is shown.
  struct Cell {
    var text: Character
    /// UTF-8 offset in the line; negative in the prompt.
    var offset: Int
    var place: Place
    /// 2 for a wide character, 0 for a mark on the one before and for the end of a line.
    var columns: Int
  }

  private(set) var cells: [Cell] = []
  /// The place behind the line.
  private(set) var end = Place()
  /// The place at a UTF-8 offset of the line.
  private(set) var cursor = Place()
  private let columns: Int

  /// Control characters are shown as ^X, and what can't be seen as "?".
  init(prompt: String, line: String, cursor offset: Int, columns: Int) {
    self.columns = max(4, columns)
    cells.reserveCapacity(prompt.utf8.count + line.utf8.count)
    for character in prompt { show(character, at: -1) }
    var position = 0
    var isBefore = true
    for character in line {
      let first = cells.count
      show(character, at: position)
      if isBefore, position >= offset {
        cursor = cells[first].place
        isBefore = false
      }
      position += character.utf8.count
    }
    if isBefore { cursor = end }
  }

  private mutating func show(_ character: Character, at offset: Int) {
    switch character.asciiValue {
    case 0x0A?:
      cells.append(Cell(text: "\n", offset: offset, place: end, columns: 0))
      end = Place(row: end.row + 1, column: 0)
    case let value? where value < 0x20 || value == 0x7F:
      put("^", 1, at: offset)
      put(Character(Unicode.Scalar(value ^ 0x40)), 1, at: offset)
    default:
      let isShown = isPrintable(character)
      put(isShown ? character : "?", isShown ? displayWidth(character) : 1, at: offset)
    }
  }

  private mutating func put(_ character: Character, _ width: Int, at offset: Int) {
    if end.column + width > columns { end = Place(row: end.row + 1, column: 0) }
    cells.append(Cell(text: character, offset: offset, place: end, columns: width))
    end.column += width
    if end.column >= columns { end = Place(row: end.row + 1, column: 0) }
  }

  /// The row of the place at a number of columns to which a terminal wraps the rows anew.
  func row(of place: Place, wrappedTo narrower: Int) -> Int {
    guard narrower > 0, narrower < columns else { return place.row }
    var widths: [Int] = []
    for cell in cells where cell.place.row < place.row {
      while widths.count <= cell.place.row { widths.append(0) }
      widths[cell.place.row] = cell.place.column + cell.columns
    }
    let above = widths.reduce(0) { $0 + max(1, ($1 + narrower - 1) / narrower) }
    return above + place.column / narrower
  }
}
