import Interpreter
import Text

/// Draws a sheet of images where there are colours, in the terminal's own pixels or with half blocks, two pixels a
/// character; else it lists their names.
struct ImageSheetPainter {
  private static let tileColumns = 18
  private static let usualWidth = 80
  static let gap = 2

  let style: Style
  let width: Int?
  /// 24 bits a colour, where the terminal says that it knows them; else the cube of 6×6×6.
  var hasTrueColour = ["truecolor", "24bit"].contains(environmentVariable("COLORTERM") ?? "")

  func lines(_ sheet: ImageSheet) -> [String] {
    let title = style.paint(style.spell(printable(sheet.title, keepsNewlines: false)), .heading)
    guard style.colour, style.unicode, sheet.width > 0, sheet.height > 0,
      sheet.items.allSatisfy({ $0.pixels.count == 3 * sheet.width * sheet.height })
    else {
      return [title]
        + sheet.items.map { "  \($0.number): " + style.spell(printable($0.words, keepsNewlines: false)) }
    }
    let room = width ?? Self.usualWidth
    let most = style.graphics == .blocks ? min(Self.tileColumns, sheet.width) : Self.pixelTileColumns
    let tile = min(most, max(4, room))
    let perRow = max(1, (room + Self.gap) / (tile + Self.gap))
    var lines = [title]
    for start in stride(from: 0, to: sheet.items.count, by: perRow) {
      let items = sheet.items[start..<min(start + perRow, sheet.items.count)]
      lines += band(Array(items), sheet, columns: tile)
    }
    return lines
  }

  /// One row of images: their pixels, their classes, and below what they are taken for.
  private func band(_ items: [ImageSheet.Item], _ sheet: ImageSheet, columns: Int) -> [String] {
    let gap = String(repeating: " ", count: Self.gap)
    let names = items.map { caption($0.label, columns) }.joined(separator: gap)
    var lines: [String]
    if style.graphics == .blocks {
      lines = blockLines(items, sheet, columns: columns) + [names]
    } else {
      lines = pixelLines(items, sheet, columns: columns)
      lines[lines.count - 1] += names
    }
    if items.contains(where: { $0.isRight == false || $0.otherChoice != nil && $0.otherChoice != $0.choice })
    {
      let choices = items.map { item in
        item.isRight == false ? "→ " + (item.choice ?? "") : item.otherChoice.map { "→→ " + $0 } ?? ""
      }
      lines.append(choices.map { style.paint(caption($0, columns), .faint) }.joined(separator: gap))
    }
    return lines
  }

  private func blockLines(_ items: [ImageSheet.Item], _ sheet: ImageSheet, columns: Int) -> [String] {
    let rows = max(2, (sheet.height * columns / sheet.width + 1) / 2 * 2)
    let small = items.map { reduced($0.pixels, sheet, columns: columns, rows: rows) }
    return stride(from: 0, to: rows, by: 2).map { row in
      small.map { pixels in
        (0..<columns).map { column in
          cell(upper: pixels[row * columns + column], lower: pixels[(row + 1) * columns + column])
        }.joined() + "\u{1B}[0m"
      }.joined(separator: String(repeating: " ", count: Self.gap))
    }
  }

  /// A name cut or filled to the width of a tile.
  private func caption(_ text: String, _ columns: Int) -> String {
    var kept = printable(text, keepsNewlines: false)
    if displayWidth(kept) > columns {
      while !kept.isEmpty, displayWidth(kept) > columns - 1 { kept.removeLast() }
      kept += "…"
    }
    return kept + String(repeating: " ", count: max(0, columns - displayWidth(kept)))
  }

  private typealias Colour = (red: Int, green: Int, blue: Int)

  /// Means of the pixels that lie in each cell.
  private func reduced(_ pixels: [UInt8], _ sheet: ImageSheet, columns: Int, rows: Int) -> [Colour] {
    (0..<rows * columns).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      let top = row * sheet.height / rows
      let left = column * sheet.width / columns
      let bottom = max(top + 1, (row + 1) * sheet.height / rows)
      let right = max(left + 1, (column + 1) * sheet.width / columns)
      var sum = (0, 0, 0)
      for y in top..<min(bottom, sheet.height) {
        for x in left..<min(right, sheet.width) {
          let place = 3 * (y * sheet.width + x)
          sum.0 += Int(pixels[place])
          sum.1 += Int(pixels[place + 1])
          sum.2 += Int(pixels[place + 2])
        }
      }
      let count = max(1, (min(bottom, sheet.height) - top) * (min(right, sheet.width) - left))
      return (sum.0 / count, sum.1 / count, sum.2 / count)
    }
  }

  private func cell(upper: Colour, lower: Colour) -> String {
    "\u{1B}[38;\(code(upper));48;\(code(lower))m▀"
  }

  private func code(_ colour: Colour) -> String {
    if hasTrueColour { return "2;\(colour.red);\(colour.green);\(colour.blue)" }
    func step(_ value: Int) -> Int { (value * 5 + 127) / 255 }
    return "5;\(16 + 36 * step(colour.red) + 6 * step(colour.green) + step(colour.blue))"
  }
}
