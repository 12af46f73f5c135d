/// The lines of a text with their ends, split where Python's `str.splitlines` does, as nbformat stores them.
package func linesWithEnds(_ text: String) -> [String] {
  var lines: [String] = []
  var line = String.UnicodeScalarView()
  let scalars = Array(text.unicodeScalars)
  for (index, scalar) in scalars.enumerated() {
    line.append(scalar)
    let next = index + 1 < scalars.count ? scalars[index + 1] : nil
    guard endsLine(scalar), !(scalar == "\r" && next == "\n") else { continue }
    lines.append(String(line))
    line = String.UnicodeScalarView()
  }
  return line.isEmpty ? lines : lines + [String(line)]
}

private func endsLine(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "\n", "\r", "\u{0B}", "\u{0C}", "\u{1C}"..."\u{1E}", "\u{85}", "\u{2028}", "\u{2029}": true
  default: false
  }
}
