/// How far back undo goes.
package struct UndoLimits: Hashable, Sendable {
  /// Cells at the most.
  package var cells: Int
  /// Seconds since a cell, at the most.
  package var age: Double
  /// Bytes of weights that nothing but undo holds, at the most.
  package var byteCount: Int
  /// So many cells can be taken back whatever their age and size.
  package var leastCells: Int

  package init(cells: Int, age: Double, byteCount: Int, leastCells: Int) {
    (self.cells, self.age, self.byteCount, self.leastCells) = (cells, age, byteCount, leastCells)
  }

  /// The last 1,000 cells of the last 90 days, with up to 2 GB of weights; the last 10 cells always.
  package static let usual = UndoLimits(
    cells: 1000, age: 90 * 86_400, byteCount: 2_000_000_000, leastCells: 10)

  /// The last cells and no more, whatever their age and size.
  package static func last(_ cells: Int) -> UndoLimits {
    UndoLimits(cells: cells, age: .infinity, byteCount: .max, leastCells: cells)
  }

  /// Everything that there is.
  static let none = UndoLimits(cells: .max, age: .infinity, byteCount: .max, leastCells: .max)
}
