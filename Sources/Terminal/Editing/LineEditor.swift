import CEditLine

/// libedit on standard input and output.
///
/// Used from one thread, which is the one that made it.
final class LineEditor {
  enum Line: Equatable {
    case text(String)
    /// Ctrl-C.
    case interrupted
    /// Ctrl-D on an empty line, or the terminal is gone.
    case end
  }

  /// What Tab does to the line.
  enum Reply {
    case nothing
    /// Replaces a range of UTF-8 offsets.
    case insert(Range<Int>, String)
    /// Prints lines below the edited one.
    case show([String])
  }

  /// Called for Tab with the line and the cursor's UTF-8 offset in it.
  var complete: (String, Int) -> Reply = { _, _ in .nothing }

  private var handle: OpaquePointer?
  private let style: Style

  /// Nil where libedit can't work on this terminal.
  init?(style: Style) {
    _ = localeIsUTF8
    self.style = style
    handle = nil
    let context = Unmanaged.passUnretained(self).toOpaque()
    handle = cel_editor_open(
      "qatlab",
      { context, line, cursor in
        guard let context, let line else { return 0 }
        let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
        return editor.tab(String(cString: line), cursor) ? 1 : 0
      }, context)
    if handle == nil { return nil }
  }

  deinit { cel_editor_close(handle) }

  /// Adds a cell of one or more lines to what the arrow keys bring back.
  func remember(_ entry: String) { cel_editor_remember(handle, entry) }

  /// Reads one line; it holds newlines where it was pasted or recalled.
  func read(prompt: String) -> Line {
    // libedit loses an escape sequence that nothing visible follows: the space stays outside.
    let text = prompt.hasSuffix(" ") ? String(prompt.dropLast()) : prompt
    let painted =
      style.colour ? "\u{1}\u{1B}[1;36m\u{1}\(text)\u{1}\u{1B}[0m\u{1} " : text + " "
    setBracketedPaste(true)
    defer { setBracketedPaste(false) }
    var line: UnsafePointer<CChar>?
    switch cel_editor_read(handle, painted, &line) {
    case CEL_LINE: return line.map { .text(String(cString: $0)) } ?? .end
    case CEL_LINE_INTERRUPTED: return .interrupted
    default:
      _ = writeAll("\n", to: 1)
      return .end
    }
  }

  /// The terminal then marks pasted text, which so doesn't complete or run by itself.
  private func setBracketedPaste(_ isOn: Bool) {
    if style.colour || environmentVariable("TERM") ?? "dumb" != "dumb" {
      _ = writeAll(isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l", to: 1)
    }
  }

  private func tab(_ line: String, _ cursor: Int) -> Bool {
    switch complete(line, cursor) {
    case .nothing:
      return false
    case .insert(let range, let text):
      return cel_editor_replace(handle, range.lowerBound, range.upperBound, text) == 1
    case .show(let lines):
      cel_editor_show(handle, lines.map { $0 + "\n" }.joined())
      return true
    }
  }
}
