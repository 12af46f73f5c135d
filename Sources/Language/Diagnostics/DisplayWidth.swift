/// Text that a terminal shows as it is: characters that would move the cursor, or can't be seen, become
/// U+FFFD.
func printable(_ text: String) -> String {
  String(text.map { isPrintable($0) ? $0 : "\u{FFFD}" })
}

func isPrintable(_ character: Character) -> Bool {
  let scalars = character.unicodeScalars
  guard let first = scalars.first else { return false }
  // Inside a longer character a format scalar joins or styles its neighbours; alone it is invisible, or turns
  // the direction of the text around it.
  return switch first.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: false
  default: true
  }
}

/// How many columns of a terminal a character takes: 0, 1 or 2.
///
/// The first scalar decides: wide or full-width in East Asian text (Unicode's UAX 11) or shown as an emoji
/// takes two, a mark that belongs to the character before takes none.
func displayWidth(_ character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  if first.isASCII { return 1 }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: return 0
  default: break
  }
  if first.properties.isEmojiPresentation { return 2 }
  return wideScalars.contains { $0.contains(first.value) } ? 2 : 1
}

/// The number of columns that a text takes.
func displayWidth(of text: String) -> Int {
  text.reduce(0) { $0 + displayWidth($1) }
}

private let wideScalars: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
  0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF,
  0x20000...0x3FFFD,
]
