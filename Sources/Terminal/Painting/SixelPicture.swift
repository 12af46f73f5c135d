extension PixelBand {
  private static let mostColours = 256
  /// Levels of each channel where the colours are too many.
  private static let levels = 6

  /// The escape sequence that draws it as sixels; pixels that aren't there leave the background.
  ///
  /// Colours are the band's own where they are 256 at most, else six levels a channel with the error spread over the
  /// neighbours (Floyd and Steinberg 1976). Source of the form: DEC's VT330/VT340 programmer reference, chapter 14.
  var sixel: String {
    let (indices, palette) = coloured
    var text = "\u{1B}P0;1;0q\"1;1;\(width);\(height)"
    for (index, colour) in palette.enumerated() {
      let shares = [colour >> 16, colour >> 8 & 255, colour & 255].map { (Int($0) * 100 + 127) / 255 }
      text += "#\(index);2;\(shares[0]);\(shares[1]);\(shares[2])"
    }
    for top in stride(from: 0, to: height, by: 6) {
      text += line(indices, top: top)
      text += "-"
    }
    return text + "\u{1B}\\"
  }

  /// Six rows: for each colour in them the pixels that have it, as bits from the top.
  private func line(_ indices: [Int], top: Int) -> String {
    var bits: [Int: [UInt8]] = [:]
    for row in top..<min(top + 6, height) {
      for column in 0..<width where indices[row * width + column] >= 0 {
        bits[indices[row * width + column], default: [UInt8](repeating: 0, count: width)][column] |=
          1 << (row - top)
      }
    }
    return bits.keys.sorted().map { colour in
      "#\(colour)" + runs(bits[colour, default: []])
    }.joined(separator: "$")
  }

  /// "!12?": twelve times the same.
  private func runs(_ bits: [UInt8]) -> String {
    var text = ""
    var start = 0
    while start < bits.count {
      let end = bits[start...].firstIndex { $0 != bits[start] } ?? bits.count
      // Nothing has to be said of empty columns at the end.
      if end == bits.count, bits[start] == 0 { break }
      let sign = String(UnicodeScalar(63 + bits[start]))
      text += end - start > 3 ? "!\(end - start)\(sign)" : String(repeating: sign, count: end - start)
      start = end
    }
    return text
  }

  /// Each pixel's place in a palette, −1 for none, and the palette as 24 bits a colour.
  private var coloured: (indices: [Int], palette: [UInt32]) {
    var places: [UInt32: Int] = [:]
    var palette: [UInt32] = []
    var indices = [Int](repeating: -1, count: width * height)
    func place(_ colour: UInt32) -> Int {
      if let known = places[colour] { return known }
      places[colour] = palette.count
      palette.append(colour)
      return palette.count - 1
    }
    let own = Set((0..<width * height).compactMap { colour(at: $0) })
    if own.count <= Self.mostColours {
      for pixel in indices.indices { if let colour = colour(at: pixel) { indices[pixel] = place(colour) } }
      return (indices, palette)
    }
    for (pixel, colour) in spread.enumerated() { if let colour { indices[pixel] = place(colour) } }
    return (indices, palette)
  }

  private func colour(at pixel: Int) -> UInt32? {
    guard pixels[4 * pixel + 3] != 0 else { return nil }
    return UInt32(pixels[4 * pixel]) << 16 | UInt32(pixels[4 * pixel + 1]) << 8
      | UInt32(pixels[4 * pixel + 2])
  }

  /// The colours on six levels, each pixel's error added to those to its right and below.
  private var spread: [UInt32?] {
    var found = [UInt32?](repeating: nil, count: width * height)
    var below = [Int](repeating: 0, count: 3 * (width + 2))
    for row in 0..<height {
      let errors = below
      below = [Int](repeating: 0, count: 3 * (width + 2))
      var ahead = [0, 0, 0]
      for column in 0..<width {
        let pixel = row * width + column
        guard pixels[4 * pixel + 3] != 0 else {
          ahead = [0, 0, 0]
          continue
        }
        var colour: UInt32 = 0
        for channel in 0..<3 {
          let place = 3 * (column + 1) + channel
          let wanted = Int(pixels[4 * pixel + channel]) + (ahead[channel] + errors[place]) / 16
          let level = min(Self.levels - 1, max(0, (wanted * (Self.levels - 1) + 127) / 255))
          let value = level * 255 / (Self.levels - 1)
          let error = min(255, max(-255, wanted - value))
          colour = colour << 8 | UInt32(value)
          ahead[channel] = 7 * error
          below[place - 3] += 3 * error
          below[place] += 5 * error
          below[place + 3] += error
        }
        found[pixel] = colour
      }
    }
    return found
  }
}
