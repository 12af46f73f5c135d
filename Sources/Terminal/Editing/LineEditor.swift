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
  /// The line, with the cursor's UTF-8 offset, as it is to be drawn; nil where it is ended.
  var scene: (String, Int?) -> EditLinePainter.Scene

  /// True where the terminal can move up and clear; libedit draws for itself on others, plainly.
  private(set) var canDraw = false
  private var handle: OpaquePointer?
  private let style: Style
  private var standing = EditLinePainter.Standing()
  /// What stands on the screen, and for how many columns it was drawn.
  private var drawn: (scene: EditLinePainter.Scene, columns: Int)?

  /// Nil where libedit can't work on this terminal.
  init?(style: Style) {
    _ = localeIsUTF8
    self.style = style
    scene = { EditLinePainter.Scene(prompt: Prompt.first, line: $0, cursor: $1 ?? $0.utf8.count) }
    var delegate = cel_delegate(
      context: Unmanaged.passUnretained(self).toOpaque(),
      key: { context, key, line, cursor in
        LineEditor.of(context)?.press(key, LineEditor.text(line), cursor) ?? CEL_ANSWER_USUAL
      },
      pasted: { context, text in
        LineEditor.of(context).flatMap { strdup($0.pasted(LineEditor.text(text))) }
      },
      draw: { context, line, cursor, isAfresh in
        LineEditor.of(context)?.draw(LineEditor.text(line), cursor, isAfresh: isAfresh == 1)
      },
      finish: { context, line, isInterrupted in
        LineEditor.of(context)?.finish(LineEditor.text(line), ending: isInterrupted == 1 ? "^C" : "")
      })
    handle = cel_editor_open("qatlab", &delegate)
    if handle == nil { return nil }
    canDraw = cel_editor_can_draw(handle) == 1
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
    setBracketedPaste(true)
    defer { setBracketedPaste(false) }
    var line: UnsafePointer<CChar>?
    switch cel_editor_read(handle, prompt, start, &line) {
    case CEL_LINE: return line.map { .text(String(cString: $0)) } ?? .end
    case CEL_LINE_INTERRUPTED: return .interrupted
    default:
      _ = writeAll("\n", to: 1)
      return .end
    }
  }

  /// The terminal then marks pasted text, which so doesn't complete or run by itself.
  private func setBracketedPaste(_ isOn: Bool) {
    if canDraw { _ = writeAll(isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l", to: 1) }
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

  private func draw(_ line: String, _ cursor: Int, isAfresh: Bool) {
    let painter = painter
    if isAfresh {
      standing = EditLinePainter.Standing()
    } else if let drawn, drawn.columns != painter.columns {
      standing.cursorRow = painter.rewrapped(drawn.scene, drawnFor: drawn.columns, standing)
    }
    let scene = scene(line, cursor)
    send(painter.draw(scene, over: &standing))
    drawn = (scene, painter.columns)
  }

  private func finish(_ line: String, ending: String) {
    send(painter.finish(scene(line, nil), over: standing, ending: ending))
    drawn = nil
  }

  private func send(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      cel_editor_send(handle, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
    }
  }

  private var painter: EditLinePainter {
    var columns: Int32 = 80
    var rows: Int32 = 24
    cel_terminal_size(STDOUT_FILENO, &columns, &rows)
    return EditLinePainter(style: style, columns: Int(columns), rows: Int(rows))
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
