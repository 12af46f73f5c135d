import Text

/// The text without control characters, so that nothing read from a file can steer the terminal.
///
/// Tabs become a space; newlines too, unless `keepsNewlines`.
package func printable(_ text: String, keepsNewlines: Bool = false) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n" where keepsNewlines: result.append(scalar)
    case "\n", "\t", "\r": result.append(" ")
    default: result.append(isControl(scalar) ? "?" : scalar)
    }
  }
  return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
}

/// The start of the text that fits in `width` columns, with an ellipsis where something was cut.
package func cut(_ text: String, to width: Int, style: Style) -> String {
  guard displayWidth(text) > width else { return text }
  let ellipsis = style.unicode ? "…" : "~"
  var kept = ""
  var used = 0
  for character in text {
    let columns = displayWidth(character)
    guard used + columns <= width - 1 else { break }
    kept.append(character)
    used += columns
  }
  return width < 1 ? "" : kept + ellipsis
}

/// The text filled up with spaces to `width` columns.
package func pad(_ text: String, to width: Int, right: Bool = false) -> String {
  let space = String(repeating: " ", count: max(0, width - displayWidth(text)))
  return right ? space + text : text + space
}

/// Breaks text between words so that each line fits in `width` columns; longer words stay whole.
package func wrap(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if line.isEmpty {
      line = String(word)
    } else if displayWidth(line) + 1 + displayWidth(String(word)) <= width {
      line += " " + word
    } else {
      lines.append(line)
      line = String(word)
    }
  }
  return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
}

/// Breaks text where two spaces set phrases apart, as in "loss 0.5  test 90.12 %"; only phrases that don't fit
/// by themselves are broken between words.
package func wrapPhrases(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  for phrase in text.split(separator: "  ") {
    let trimmed = String(phrase.drop { $0 == " " })
    if let last = lines.last, displayWidth(last) + 2 + displayWidth(trimmed) <= width {
      lines[lines.count - 1] = last + "  " + trimmed
    } else {
      lines += wrap(trimmed, to: width)
    }
  }
  return lines
}

/// Breaks text between words, and words that don't fit by themselves wherever they must be.
package func wrapInside(_ text: String, to width: Int) -> [String] {
  guard displayWidth(text) > width else { return [text] }
  return wrap(text, to: width).flatMap { line -> [String] in
    var pieces = [""]
    var used = 0
    for character in line {
      let columns = displayWidth(character)
      if used > 0, used + columns > width {
        pieces.append("")
        used = 0
      }
      pieces[pieces.count - 1].append(character)
      used += columns
    }
    return pieces
  }
}
