import Foundation
import Pictures
import Testing

/// A small picture that Pillow wrote, and what Pillow reads from it (see `Scripts/picture-fixtures.py`).
struct PictureFixture: CustomTestStringConvertible {
  let name: String

  init(_ name: String) { self.name = name }

  static let names = [
    "baseline.jpg", "progressive.jpg", "full-chroma.jpg", "grey.jpg", "cmyk.jpg", "colour.png", "alpha.png",
    "grey.png", "grey-alpha.png", "black-and-white.png", "palette.png", "palette-transparent.png",
    "sixteen-bit.png", "turned.png",
  ]
  static let all = (names + (1...8).map { "orientation-\($0).jpg" }).map(PictureFixture.init)

  var testDescription: String { name }

  var bytes: [UInt8] { get throws { try PictureFixture.file(name) } }

  /// Pixels as Pillow has them, `kind` being the end of the file's name: ".ppm", "-crop.ppm".
  func expected(_ kind: String) throws -> PortablePixels {
    try PortablePixels(PictureFixture.file(name.replacing(".", with: "-") + kind))
  }

  func decoded(_ form: PictureForm) throws -> DecodedPicture {
    try bytes.withUnsafeBytes { bytes in try decodedPicture(bytes, as: form) }
  }

  private static func file(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures", isDirectory: true)
    return try Array(Data(contentsOf: folder.appendingPathComponent(name)))
  }
}

/// A binary PGM or PPM file: rows of 1 or 3 bytes a pixel.
struct PortablePixels {
  var width: Int
  var height: Int
  var channels: Int
  var pixels: [UInt8]

  init(_ bytes: [UInt8]) throws {
    let fields = bytes.prefix(40).split(maxSplits: 4, whereSeparator: { $0 == 10 || $0 == 32 })
    let words = fields.prefix(4).map { String(decoding: $0, as: UTF8.self) }
    channels = words[0] == "P6" ? 3 : 1
    width = try #require(Int(words[1]))
    height = try #require(Int(words[2]))
    pixels = Array(bytes.suffix(width * height * channels))
  }

  /// The largest distance of any pixel from planes of the same size; nil where the size is another one.
  func distance(from picture: DecodedPicture) -> Int? {
    guard picture.width == width, picture.height == height, picture.channels == channels,
      picture.pixels.count == pixels.count
    else { return nil }
    return pixels.indices.map { index in
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
      return abs(Int(pixels[index]) - Int(picture.pixels[channel * width * height + pixel]))
    }.max()
  }
}
