import Foundation
import Interpreter
import Pictures

/// A sheet of images as one PNG file: eight a row, enlarged where they are small, those that a model gets wrong in a red
/// frame and the others in a green one.
struct ImageSheetPNG {
  private static let columns = 8
  private static let leastSide = 64
  private static let frame = 3
  private static let gap = 4

  private let sheet: ImageSheet
  private let scale: Int

  init(_ sheet: ImageSheet) {
    self.sheet = sheet
    scale = max(1, Self.leastSide / max(1, max(sheet.width, sheet.height)))
  }

  private var tileWidth: Int { sheet.width * scale + 2 * Self.frame + Self.gap }
  private var tileHeight: Int { sheet.height * scale + 2 * Self.frame + Self.gap }

  /// The file in Base64, as notebooks hold it; nil of a sheet without images, or with others than it says.
  var base64: String? {
    let plane = sheet.width * sheet.height
    guard plane > 0, !sheet.items.isEmpty, sheet.items.allSatisfy({ $0.pixels.count == 3 * plane }) else {
      return nil
    }
    let columns = min(Self.columns, sheet.items.count)
    let rows = (sheet.items.count + columns - 1) / columns
    let (width, height) = (columns * tileWidth, rows * tileHeight)
    var pixels = [UInt8](repeating: 255, count: 3 * width * height)
    for (place, item) in sheet.items.enumerated() {
      draw(item, x: place % columns * tileWidth, y: place / columns * tileHeight, width: width, into: &pixels)
    }
    // Without memory for the file, the words beside it are what is shown.
    guard let file = try? encodedPNG(pixels, width: width, height: height) else { return nil }
    return Data(file).base64EncodedString()
  }

  private func draw(_ item: ImageSheet.Item, x: Int, y: Int, width: Int, into pixels: inout [UInt8]) {
    let colour: [UInt8] =
      switch item.isRight {
      case nil: [255, 255, 255]
      case true?: [60, 160, 80]
      case false?: [210, 60, 50]
      }
    for row in 0..<tileHeight - Self.gap {
      for column in 0..<tileWidth - Self.gap {
        let target = 3 * ((y + row) * width + x + column)
        let (sourceRow, sourceColumn) = (row - Self.frame, column - Self.frame)
        let isInside =
          sourceRow >= 0 && sourceColumn >= 0 && sourceRow < sheet.height * scale
          && sourceColumn < sheet.width * scale
        let source = isInside ? 3 * (sourceRow / scale * sheet.width + sourceColumn / scale) : 0
        for channel in 0..<3 {
          pixels[target + channel] = isInside ? item.pixels[source + channel] : colour[channel]
        }
      }
    }
  }
}
