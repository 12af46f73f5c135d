import Text

/// Lines at the foot of the terminal that are rewritten in place; the cursor waits at the start of the first.
///
/// There it stays when the terminal becomes narrower and breaks the lines, whatever rows they take then: all that is
/// the block's lies behind the cursor and can be cleared.
package struct LiveBlock: Sendable {
  /// The terminal cuts what is too long for a row, or breaks it as it usually does.
  private static let cutting = "\u{1B}[?7l"
  private static let breaking = "\u{1B}[?7h"

  /// Columns that each standing line takes.
  private var widths: [Int] = []

  package init() {}

  /// What to write, at once, so that the lines stand where the block stood.
  ///
  /// Each line is written over the old one and only its rest is cleared: nothing is blank in between.
  /// No line may be wider than the terminal.
  package mutating func rewrite(_ lines: [String], terminalWidth: Int) -> String {
    let isBroken = widths.contains { $0 > terminalWidth }
    let isShorter = widths.count > lines.count
    widths = lines.map(displayWidth)
    let text =
      "\r" + (isBroken || isShorter ? "\u{1B}[J" : "") + lines.joined(separator: "\u{1B}[K\r\n")
      + "\u{1B}[K\r"
      + (lines.count > 1 ? "\u{1B}[\(lines.count - 1)A" : "")
    // A terminal that becomes narrower while this is on its way cuts the lines, so that each still takes one row.
    return Self.cutting + text + Self.breaking
  }

  /// What to write so that the block is gone and the cursor is where it began; "" where there is none.
  package mutating func erase() -> String {
    defer { widths = [] }
    return widths.isEmpty ? "" : "\r\u{1B}[J"
  }
}
