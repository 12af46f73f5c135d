import Foundation
import Interpreter
import Pictures
import Text

/// A sheet of images as a picture with words: below each its class, and what a model takes it for where that differs.
///
/// Each image is a PNG inside the file, so that it refers to nothing outside it.
struct ImageSheetSVG {
  private static let gap = 8.0
  private static let captionSize = 11.0
  private static let lineHeight = 14.0
  /// Images of more pixels are drawn larger.
  private static let smallSide = 96

  private let sheet: ImageSheet
  private let images: [String]
  private let columns: Int
  private let tileWidth: Double
  private let tileHeight: Double

  /// Nil of a sheet without images, or with others than it says.
  init?(_ sheet: ImageSheet) {
    let plane = sheet.width * sheet.height
    guard plane > 0, !sheet.items.isEmpty, sheet.items.allSatisfy({ $0.pixels.count == 3 * plane }) else {
      return nil
    }
    self.sheet = sheet
    // Without memory for the files, the words beside them are what is shown.
    let files = sheet.items.compactMap { item in
      try? Data(encodedPNG(item.pixels, width: sheet.width, height: sheet.height)).base64EncodedString()
    }
    guard files.count == sheet.items.count else { return nil }
    images = files
    columns = max(sheet.width, sheet.height) > Self.smallSide ? 4 : 8
    let room = PlotSheet.width - 2 * PlotSheet.edge
    tileWidth = (room - Double(columns - 1) * Self.gap) / Double(columns)
    tileHeight = min(tileWidth * Double(sheet.height) / Double(sheet.width), 3 * tileWidth)
  }

  /// Words below an image: its class, and what was chosen where that is another.
  private func captions(_ item: ImageSheet.Item) -> [String] {
    var lines = [item.label]
    if let choice = item.choice, choice != item.label { lines.append("→ " + choice) }
    if let other = item.otherChoice, other != item.choice { lines.append("other: " + other) }
    return lines
  }

  private var rows: [Range<Int>] {
    stride(from: 0, to: images.count, by: columns).map { $0..<min($0 + columns, images.count) }
  }

  var xml: String {
    var parts: [XMLElement] = []
    let title = PlotSheet.title(sheet.title)
    var y = title.bottom + 6
    for row in rows {
      for (column, index) in row.enumerated() {
        parts += tile(index, x: PlotSheet.edge + Double(column) * (tileWidth + Self.gap), y: y)
      }
      let most = row.map { captions(sheet.items[$0]).count }.max() ?? 0
      y += tileHeight + Double(most) * Self.lineHeight + Self.gap
    }
    return PlotSheet.root(
      title: sheet.title, description: description, height: y, title.elements + parts
    ).xml
  }

  private func tile(_ index: Int, x: Double, y: Double) -> [XMLElement] {
    let item = sheet.items[index]
    let place = [
      ("x", coordinate(x)), ("y", coordinate(y)), ("width", coordinate(tileWidth)),
      ("height", coordinate(tileHeight)),
    ]
    var elements = [
      XMLElement(
        "image",
        place + [
          ("preserveAspectRatio", "none"), ("style", "image-rendering: pixelated"),
          ("href", "data:image/png;base64," + images[index]),
        ])
    ]
    if let isRight = item.isRight {
      elements.append(
        XMLElement(
          "rect",
          place + [
            ("fill", "none"), ("stroke", PlotPalette.colour(isRight ? 2 : 1)), ("stroke-width", "2"),
          ]))
    }
    for (line, words) in captions(item).enumerated() {
      let text = fitted(words, size: Self.captionSize, width: tileWidth, lines: 1).joined()
      let bottom = y + tileHeight + Double(line + 1) * Self.lineHeight - 2
      elements.append(
        XMLElement(
          "text",
          [("x", coordinate(x)), ("y", coordinate(bottom)), ("font-size", coordinate(Self.captionSize))],
          text: text))
    }
    return elements
  }

  /// The sheet in words, for those who can't see it.
  private var description: String {
    sheet.items.map { "\($0.number): \($0.words)" }.joined(separator: "; ")
  }
}
