import Text

/// Lines at the foot of the terminal that are rewritten in place; the cursor waits at the end of the last.
package struct LiveBlock: Sendable {
  /// Columns that each standing line takes.
  private var widths: [Int] = []

  package init() {}

  /// What to write, at once, so that the lines stand where the block stood.
  ///
  /// Each line is written over the old one and only its rest is cleared: nothing is blank in between.
  /// No line may be wider than the terminal.
  package mutating func rewrite(_ lines: [String], terminalWidth: Int) -> String {
    var text = "\r"
    if let widest = widths.max(), widest > terminalWidth {
      // A terminal that became narrower may have broken lines, so their number is unknown: begin below.
      text = "\r\n"
    } else if widths.count > 1 {
      text += "\u{1B}[\(widths.count - 1)A"
    }
    if widths.count > lines.count { text += "\u{1B}[J" }
    widths = lines.map(displayWidth)
    return text + lines.joined(separator: "\u{1B}[K\r\n") + "\u{1B}[K"
  }

  /// What to write so that the block is gone and the cursor is where it began; "" where there is none.
  package mutating func erase() -> String {
    defer { widths = [] }
    guard !widths.isEmpty else { return "" }
    return "\r" + (widths.count > 1 ? "\u{1B}[\(widths.count - 1)A" : "") + "\u{1B}[J"
  }
}
