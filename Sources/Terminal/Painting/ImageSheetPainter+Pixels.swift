import Interpreter

extension ImageSheetPainter {
  /// Columns of a tile that is drawn in pixels of the terminal.
  static let pixelTileColumns = 14

  /// How many rows of characters a tile takes whose sides are those of the image.
  func pixelRows(_ sheet: ImageSheet, columns: Int) -> Int {
    let cell = style.graphics.cell
    let pixels = columns * cell.width * sheet.height / sheet.width
    return min(3 * columns, max(1, (pixels + cell.height - 1) / cell.height))
  }

  /// Empty rows, and before what comes on the next one the band that is drawn over them: so the screen has scrolled
  /// before there are pixels on it.
  func pixelLines(_ items: [ImageSheet.Item], _ sheet: ImageSheet, columns: Int) -> [String] {
    let cell = style.graphics.cell
    let rows = pixelRows(sheet, columns: columns)
    let stride = columns + Self.gap
    let all = items.count * stride - Self.gap
    var band = PixelBand(width: all * cell.width, height: rows * cell.height)
    for (place, item) in items.enumerated() {
      band.draw(
        item.pixels, of: (sheet.width, sheet.height), x: place * stride * cell.width,
        width: columns * cell.width)
    }
    let drawn =
      switch style.graphics {
      case .blocks: ""
      case .kitty: band.kitty(columns: all, rows: rows)
      // Where the cursor stands after sixels is not the same everywhere.
      case .sixel: "\u{1B}7" + band.sixel + "\u{1B}8"
      }
    return [String](repeating: "", count: rows) + ["\u{1B}[\(rows)A" + drawn + "\u{1B}[\(rows)B"]
  }
}
