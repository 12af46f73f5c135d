import CEditLine

/// Where libedit has put a prompt and a line on the screen, in rows from the prompt's first.
struct EditLineLayout {
  struct Place: Equatable {
    var row: Int
    var column: Int
  }

  /// A scalar of the line and where it stands.
  struct Cell {
    var scalar: Unicode.Scalar
    /// UTF-8 offset in the line.
    var offset: Int
    var place: Place
    /// 2 for a wide character, 0 for a mark on the one before and for a newline.
    var columns: Int
  }

  let cells: [Cell]
  /// The place behind the prompt, and that behind the line.
  let start: Place
  let end: Place
  /// The place at a UTF-8 offset of the line.
  let cursor: Place

  /// Nil where the columns that a character takes aren't known, or the terminal has too few for a line.
  init?(prompt: String, line: String, cursor offset: Int, columns: Int) {
    guard columns >= 4 else { return nil }
    var place = cel_place(row: 0, column: 0)
    func take(_ scalar: Unicode.Scalar) -> Place {
      let start = cel_place_take(&place, scalar.value, Int32(columns))
      return Place(row: Int(start.row), column: Int(start.column))
    }
    for scalar in prompt.unicodeScalars { _ = take(scalar) }
    start = Place(row: Int(place.row), column: Int(place.column))
    var cells: [Cell] = []
    cells.reserveCapacity(line.utf8.count)
    var position = 0
    for scalar in line.unicodeScalars {
      let width = scalar == "\n" ? 0 : Int(cel_width(scalar.value))
      guard width >= 0 else { return nil }
      cells.append(Cell(scalar: scalar, offset: position, place: take(scalar), columns: width))
      position += UTF8.width(scalar)
    }
    end = Place(row: Int(place.row), column: Int(place.column))
    cursor = cells.first { $0.offset >= offset }?.place ?? end
    self.cells = cells
  }
}
