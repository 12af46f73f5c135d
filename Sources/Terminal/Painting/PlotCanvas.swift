/// A grid of dots in which each character cell holds several.
struct PlotCanvas {
  struct Cell {
    /// One bit a dot, row by row.
    var dots = 0
    /// The series that drew here last.
    var series = 0
  }

  let columns: Int
  let rows: Int
  let dotsAcross: Int
  let dotsDown: Int
  private var cells: [Cell]

  /// Size in dots.
  var width: Int { columns * dotsAcross }
  var height: Int { rows * dotsDown }

  init(columns: Int, rows: Int, dotsAcross: Int, dotsDown: Int) {
    self.columns = columns
    self.rows = rows
    self.dotsAcross = dotsAcross
    self.dotsDown = dotsDown
    cells = Array(repeating: Cell(), count: columns * rows)
  }

  /// Joins the places, given in dots, with straight lines.
  mutating func stroke(_ places: [(column: Int, row: Int)], series: Int) {
    guard var from = places.first else { return }
    dot(from.column, from.row, series)
    for to in places.dropFirst() {
      let steps = max(abs(to.column - from.column), abs(to.row - from.row))
      for step in 0..<steps {
        let share = Double(step + 1) / Double(steps)
        let column = Double(from.column) + share * Double(to.column - from.column)
        let row = Double(from.row) + share * Double(to.row - from.row)
        dot(
          Int(exactly: column.rounded()) ?? to.column, Int(exactly: row.rounded()) ?? to.row, series)
      }
      from = to
    }
  }

  private mutating func dot(_ column: Int, _ row: Int, _ series: Int) {
    let cell = row / dotsDown * columns + column / dotsAcross
    if cells[cell].series != series { cells[cell] = Cell(dots: 0, series: series) }
    cells[cell].dots |= 1 << (row % dotsDown * dotsAcross + column % dotsAcross)
  }

  /// Lines from the top; `sign` draws a cell that has dots.
  func lines(_ sign: (Cell) -> String) -> [String] {
    (0..<rows).map { row in
      let line = cells[row * columns..<(row + 1) * columns]
      guard let last = line.lastIndex(where: { $0.dots != 0 }) else { return "" }
      return line[...last].map { $0.dots == 0 ? " " : sign($0) }.joined()
    }
  }

  /// The Braille pattern of 2×4 dots.
  ///
  /// Unicode numbers the upper six dots by column and the lowest two last
  /// (The Unicode Standard, Braille Patterns).
  static func braille(_ dots: Int) -> String {
    let weights = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    let pattern = weights.indices.reduce(0) { $0 | (dots >> $1 & 1 == 1 ? weights[$1] : 0) }
    return Unicode.Scalar(0x2800 + UInt32(pattern)).map { String(Character($0)) } ?? " "
  }
}
