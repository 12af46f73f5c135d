import Text

/// The width of a text in a sans-serif font, as far as it can be known without the font.
///
/// Average letters are 0.55 of the size wide and East Asian ones a whole; taken a little too wide, so that
/// what is laid out by it does not overlap.
func textWidth(_ text: String, size: Double) -> Double {
  text.reduce(0) { width, character in
    let share =
      switch (displayWidth(character), character) {
      case (0, _): 0.0
      case (2, _): 1.05
      case (_, " "), (_, ","), (_, "."), (_, ":"), (_, "i"), (_, "j"), (_, "l"): 0.34
      case (_, "A"..."Z"), (_, "m"), (_, "w"), (_, "%"), (_, "@"): 0.76
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
