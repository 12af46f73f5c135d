import Text

/// Text that a terminal shows as it is: characters that would move the cursor, or can't be seen, become
/// U+FFFD.
func printable(_ text: String) -> String {
  String(text.map { isPrintable($0) ? $0 : "\u{FFFD}" })
}
