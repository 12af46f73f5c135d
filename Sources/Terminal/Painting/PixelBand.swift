/// Pixels in a row of tiles, as they go to a terminal: red, green, blue and whether they are there.
struct PixelBand {
  let width: Int
  let height: Int
  /// 4·width·height bytes; the fourth is 255 for a pixel and 0 for none.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: 4 * width * height)
  }

  /// Draws an image of rows of red, green and blue into a rectangle, each pixel the nearest of the image.
  mutating func draw(
    _ image: [UInt8], of size: (width: Int, height: Int), x: Int, width tileWidth: Int
  ) {
    for row in 0..<height {
      let source = row * size.height / height * size.width
      for column in 0..<min(tileWidth, width - x) {
        let from = 3 * (source + column * size.width / tileWidth)
        let to = 4 * (row * width + x + column)
        for channel in 0..<3 { pixels[to + channel] = image[from + channel] }
        pixels[to + 3] = 255
      }
    }
  }
}
