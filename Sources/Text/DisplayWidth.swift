/// How many columns of a terminal a character takes: 0, 1 or 2, whatever the locale.
///
/// Its widest scalar decides: wide or full-width in East Asian text (Unicode's UAX 11) or shown as an emoji takes
/// two columns, marks and format characters take none. So what is joined to one sign, as a family or a flag, is
/// as wide as one. Control characters take none.
package func displayWidth(_ character: Character) -> Int {
  if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
  return character.unicodeScalars.reduce(0) { max($0, columns($1)) }
}

/// Columns that the text takes on a terminal.
///
/// Control characters and the escape sequences of colours take none.
package func displayWidth(_ text: String) -> Int {
  var width = 0
  var isEscape = false
  for character in text {
    if character == "\u{1B}" {
      isEscape = true
    } else if isEscape {
      isEscape = !character.isLetter
    } else {
      width += displayWidth(character)
    }
  }
  return width
}

private let emojiStyle: Unicode.Scalar = "\u{FE0F}"

private func columns(_ scalar: Unicode.Scalar) -> Int {
  if scalar == emojiStyle { return 2 }
  let properties = scalar.properties
  switch properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
  default: return properties.isEmojiPresentation || isWide(scalar) ? 2 : 1
  }
}

private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  var (low, high) = (0, wideCharacters.count)
  while low < high {
    let middle = (low + high) / 2
    if wideCharacters[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
  }
  return low < wideCharacters.count && wideCharacters[low].contains(scalar.value)
}

/// Whether a terminal shows something for the character where it stands.
///
/// Inside a longer character a format scalar joins or styles its neighbours; alone it is invisible, or turns
/// the direction of the text around it.
package func isPrintable(_ character: Character) -> Bool {
  guard let first = character.unicodeScalars.first else { return false }
  return switch first.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: false
  default: true
  }
}
