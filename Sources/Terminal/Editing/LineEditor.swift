import CEditLine
import Glibc

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

  enum Key {
    /// Tab.
    case complete
    /// The arrows up and down.
    case older, newer
    /// The arrow to the right, and the key to the end of the line.
    case forward, end
  }

  /// What a key does to the line.
  enum Reply {
    /// Rings the bell.
    case nothing
    /// What the key does elsewhere.
    case usual
    /// Draws the line again.
    case redraw
    /// Replaces a range of UTF-8 offsets.
    case insert(Range<Int>, String)
    /// Prints lines below the edited one.
    case show([String])
  }

  /// Called for a key with the line and the cursor's UTF-8 offset in it.
  var answer: (Key, String, Int) -> Reply = { _, _, _ in .usual }
  /// What goes into the line for pasted text.
  var pasted: (String) -> String = { $0 }
  /// What to draw over the line, on a terminal of these columns and rows; nil draws nothing.
  var drawing: (String, Int, EditLinePainter) -> EditLinePainter.Drawing? = { _, _, _ in nil }

  /// True where lines can be drawn over: with colours, and on a terminal that libedit knows how to move on.
  private(set) var canDraw = false
  private var handle: OpaquePointer?
  private let style: Style

  /// Nil where libedit can't work on this terminal.
  init?(style: Style) {
    _ = localeIsUTF8
    self.style = style
    handle = nil
    var delegate = cel_delegate(
      context: Unmanaged.passUnretained(self).toOpaque(),
      key: { context, key, line, cursor in
        LineEditor.of(context)?.press(key, LineEditor.text(line), cursor) ?? CEL_ANSWER_USUAL
      },
      pasted: { context, text in
        LineEditor.of(context).flatMap { strdup($0.pasted(LineEditor.text(text))) }
      },
      draw: { context, line, cursor in
        LineEditor.of(context)?.decorate(LineEditor.text(line), cursor) ?? false ? 1 : 0
      })
    handle = cel_editor_open("qatlab", &delegate)
    if handle == nil { return nil }
    canDraw = style.colour && cel_editor_can_draw(handle) == 1
  }

  deinit { cel_editor_close(handle) }

  private static func of(_ context: UnsafeMutableRawPointer?) -> LineEditor? {
    context.map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func text(_ line: UnsafePointer<CChar>?) -> String { line.map { String(cString: $0) } ?? "" }

  /// Adds a cell of one or more lines to what Ctrl-R searches.
  func remember(_ entry: String) { cel_editor_remember(handle, entry) }

  /// Reads one line, which starts with a text; it holds newlines where it was pasted or recalled.
  func read(prompt: String, start: String = "") -> Line {
    // libedit loses an escape sequence that nothing visible follows: the space stays outside.
    let text = prompt.hasSuffix(" ") ? String(prompt.dropLast()) : prompt
    let painted =
      style.colour ? "\u{1}\u{1B}[1;36m\u{1}\(text)\u{1}\u{1B}[0m\u{1} " : text + " "
    setBracketedPaste(true)
    defer { setBracketedPaste(false) }
    var line: UnsafePointer<CChar>?
    switch cel_editor_read(handle, painted, start, &line) {
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

  private func press(_ key: cel_key, _ line: String, _ cursor: Int) -> cel_answer {
    switch answer(Key(key), line, cursor) {
    case .nothing: return CEL_ANSWER_REFUSED
    case .usual: return CEL_ANSWER_USUAL
    case .redraw: return CEL_ANSWER_CHANGED
    case .insert(let range, let text):
      let isDone = cel_editor_replace(handle, range.lowerBound, range.upperBound, text) == 1
      return isDone ? CEL_ANSWER_CHANGED : CEL_ANSWER_REFUSED
    case .show(let lines):
      cel_editor_show(handle, lines.map { $0 + "\n" }.joined())
      return CEL_ANSWER_CHANGED
    }
  }

  private func decorate(_ line: String, _ cursor: Int) -> Bool {
    var columns: Int32 = 80
    var rows: Int32 = 24
    cel_terminal_size(STDOUT_FILENO, &columns, &rows)
    let painter = EditLinePainter(columns: Int(columns), rows: Int(rows))
    guard canDraw, let drawing = drawing(line, cursor, painter) else { return false }
    drawing.bytes.withUnsafeBytes { bytes in
      cel_editor_decorate(
        handle, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, drawing.isBeyond ? 1 : 0)
    }
    return true
  }
}

extension LineEditor.Key {
  fileprivate init(_ key: cel_key) {
    switch key {
    case CEL_KEY_COMPLETE: self = .complete
    case CEL_KEY_OLDER: self = .older
    case CEL_KEY_NEWER: self = .newer
    case CEL_KEY_FORWARD: self = .forward
    default: self = .end
    }
  }
}
