/// The width of a text in a sans-serif font, as far as it can be known without the font.
///
/// Average letters are 0.55 of the size wide and East Asian ones a whole; taken a little too wide, so that
/// what is laid out by it does not overlap.
func textWidth(_ text: String, size: Double) -> Double {
  text.unicodeScalars.reduce(0) { width, scalar in
    let share =
      switch scalar.value {
      case 0x300..<0x370: 0.0
      case 0x1100..<0x1160, 0x2E80..<0xA4D0, 0xAC00..<0xD7A4, 0xF900..<0xFB00, 0xFE30..<0xFE70,
        0xFF00..<0xFF61, 0x1F300..<0x1FA00, 0x20000..<0x30000:
        1.05
      case 0x20, 0x2C, 0x2E, 0x3A, 0x69, 0x6A, 0x6C: 0.34
      case 0x41..<0x5B, 0x6D, 0x77, 0x25, 0x40: 0.76
      default: 0.6
      }
    return width + share * size
  }
}

/// The text in lines that fit, broken between words; at most `lines`, the last cut with an ellipsis.
func fitted(_ text: String, size: Double, width: Double, lines count: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    if let last = lines.last, textWidth(last + " " + word, size: size) <= width || lines.count == count {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.map { cut($0, size: size, width: width) }
}

private func cut(_ text: String, size: Double, width: Double) -> String {
  guard textWidth(text, size: size) > width else { return text }
  var kept = text
  while !kept.isEmpty, textWidth(kept + "…", size: size) > width { kept.removeLast() }
  return kept + "…"
}
