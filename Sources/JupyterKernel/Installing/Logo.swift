import Pictures
import Text

/// The kernel's picture: a slanted line, and the stairs that rounding makes of it.
enum Logo {
  private static let paper: [Double] = [0x12, 0x2B, 0x45]
  private static let line: [Double] = [0x7F, 0xA7, 0xC7]
  private static let stairs: [Double] = [0xFF, 0xB0, 0x00]
  private static let steps = 3.0
  /// Of the side, as all that follows.
  private static let margin = 0.16
  private static let lineWidth = 0.045
  private static let stairWidth = 0.07

  private static func coordinate(_ share: Double) -> String { shortest((share * 64 * 100).rounded() / 100) }

  private static func shortest(_ number: Double) -> String { JSONValue.double(number).line }

  private static func hexadecimal(_ colour: [Double]) -> String {
    "#" + colour.map { (($0 < 16 ? "0" : "") + String(UInt8($0), radix: 16)) }.joined()
  }

  /// The corners of the stairs from the lower left, y downwards.
  private static var corners: [(x: Double, y: Double)] {
    let step = (1 - 2 * margin) / steps
    var corners = [(x: margin, y: 1 - margin)]
    for index in 0..<Int(steps) {
      let x = margin + step * (Double(index) + 0.5)
      let y = 1 - margin - step * Double(index)
      corners += [(x, y), (x, y - step)]
    }
    return corners + [(1 - margin, margin)]
  }

  static var svg: String {
    let path = corners.map { "\(coordinate($0.x)) \(coordinate($0.y))" }.joined(separator: "L")
    let (low, high) = (coordinate(margin), coordinate(1 - margin))
    let stroke = { (colour: [Double], width: Double) in
      [("stroke", hexadecimal(colour)), ("stroke-width", coordinate(width)), ("fill", "none")]
    }
    return XMLElement(
      "svg", [("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 64 64")],
      [
        XMLElement("title", text: "qatlab"),
        XMLElement(
          "rect", [("width", "64"), ("height", "64"), ("rx", "8"), ("fill", hexadecimal(paper))]),
        XMLElement("path", [("d", "M\(low) \(high)L\(high) \(low)")] + stroke(line, lineWidth)),
        XMLElement("path", [("d", "M" + path)] + stroke(stairs, stairWidth)),
      ]
    ).xml
  }

  /// A PNG file of as many pixels each way.
  static func png(side: Int) throws -> [UInt8] {
    /// Each pixel is the mean of so many places a side.
    let samples = 4
    var pixels = [UInt8](repeating: 0, count: 3 * side * side)
    for row in 0..<side {
      for column in 0..<side {
        var sum = [0.0, 0.0, 0.0]
        for place in 0..<samples * samples {
          let x = (Double(column) + (Double(place % samples) + 0.5) / Double(samples)) / Double(side)
          let y = (Double(row) + (Double(place / samples) + 0.5) / Double(samples)) / Double(side)
          for (channel, value) in colour(x, y).enumerated() { sum[channel] += value }
        }
        for channel in 0..<3 {
          pixels[3 * (row * side + column) + channel] = UInt8(sum[channel] / Double(samples * samples))
        }
      }
    }
    return try encodedPNG(pixels, width: side, height: side)
  }

  private static func colour(_ x: Double, _ y: Double) -> [Double] {
    let onStairs = zip(corners, corners.dropFirst()).contains { one, other in
      let half = stairWidth / 2
      return x >= min(one.x, other.x) - half && x <= max(one.x, other.x) + half
        && y >= min(one.y, other.y) - half && y <= max(one.y, other.y) + half
    }
    if onStairs { return stairs }
    let isInside = x >= margin && x <= 1 - margin
    return isInside && abs(x + y - 1) <= lineWidth * 0.7071 ? line : paper
  }
}
