import Interpreter
import Language

/// Reads cells from the line editor: lines are asked for until the statement is complete.
final class CellReader {
  enum Cell: Equatable {
    case text(String)
    case cancelled
    case end
  }

  /// What the reader knows of the session while a cell is typed.
  struct Knowledge {
    var names = SessionNames()
    /// What was entered before, oldest first, for the arrow keys and hints.
    var cells: [String] = []
    /// Whether the line is coloured and hints are shown, where the terminal can.
    var isDecorated = true
  }

  var knowledge = Knowledge()

  private let editor: LineEditor
  private let style: Style
  private let width: () -> Int?
  /// The cell above the edited line.
  private var pending = GrowingCell()
  /// Its lines, each with its newline.
  private var above: String { pending.text }
  private var prompt = Prompt.first
  private var walk = HistoryWalk()
  private var hint = ""
  /// Candidates that are shown below the line, as long as it is this one.
  private var menu: (line: String, cursor: Int, candidates: [Completion])?

  /// `width` is the terminal's.
  init(editor: LineEditor, style: Style, width: @escaping () -> Int?) {
    self.editor = editor
    self.style = style
    self.width = width
    editor.answer = { [unowned self] key, line, cursor in answer(key, line, cursor) }
    editor.scene = { [unowned self] line, cursor in scene(line, cursor) }
    editor.pasted = { Transcript.withoutPrompts($0) }
  }

  /// Reads a cell whose first line begins with `start`.
  func read(start: String = "") -> Cell {
    pending = GrowingCell()
    prompt = Prompt.first
    var start = start
    while true {
      (walk, hint, menu) = (HistoryWalk(), "", nil)
      switch editor.read(prompt: prompt, start: start) {
      case .interrupted: return .cancelled
      // Ctrl-D inside a cell hands it in as it is: its diagnostic tells what is missing.
      case .end: return above.isEmpty ? .end : .text(above)
      case .text(let line):
        let isOwn = pending.isEmpty && (line.hasPrefix(":") || HelpQuery(line) != nil)
        let before = above
        guard !isOwn, case .incomplete(let reason) = pending.add(line) else { return .text(before + line) }
        prompt = Prompt.continuation(reason: reason)
        start = ""
      }
    }
  }

  /// Asks for a line that is no cell: without colours, candidates and hints; nil where it was given up.
  func ask(_ question: String) -> String? {
    let known = knowledge
    defer { (knowledge, prompt) = (known, Prompt.first) }
    (pending, prompt, knowledge) = (GrowingCell(), question, Knowledge(isDecorated: false))
    (walk, hint, menu) = (HistoryWalk(), "", nil)
    guard case .text(let line) = editor.read(prompt: question) else { return nil }
    return line
  }

  private func answer(_ key: LineEditor.Key, _ line: String, _ cursor: Int) -> LineEditor.Reply {
    let end = line.utf8.count
    switch key {
    case .complete: return complete(line, cursor)
    case .older:
      return walk.older(line, cursor: cursor, in: knowledge.cells).map { .insert(0..<end, $0) } ?? .nothing
    case .newer: return walk.newer(line, in: knowledge.cells).map { .insert(0..<end, $0) } ?? .nothing
    case .forward, .end: return cursor == end && !hint.isEmpty ? .insert(end..<end, hint) : .usual
    }
  }

  private func complete(_ line: String, _ cursor: Int) -> LineEditor.Reply {
    let start = above.utf8.count
    let (range, found) = CellText(above + line).completions(at: start + cursor, knowledge.names)
    // Only the line that is edited can change.
    guard range.lowerBound >= start, range.upperBound <= start + line.utf8.count else { return .nothing }
    let inLine = range.lowerBound - start..<range.upperBound - start
    let typed = String(decoding: Array(line.utf8)[inLine], as: UTF8.self)
    switch CompletionMenu.step(typed: typed, candidates: found) {
    case .nothing: return .nothing
    case .insert(let text):
      let isBeforeSpace = line.utf8.dropFirst(inLine.upperBound).first == UInt8(ascii: " ")
      return .insert(inLine, isBeforeSpace && text.hasSuffix(" ") ? String(text.dropLast()) : text)
    case .list where editor.canDraw:
      menu = (line, cursor, found)
      return .redraw
    case .list: return .show(CompletionMenu(style: style, width: width() ?? 79).lines(found))
    }
  }

  private func scene(_ line: String, _ cursor: Int?) -> EditLinePainter.Scene {
    var scene = EditLinePainter.Scene(prompt: prompt, line: line, cursor: cursor ?? line.utf8.count)
    hint = ""
    if let shown = menu, shown.line != line || shown.cursor != cursor { menu = nil }
    if let menu {
      let list = CompletionMenu(style: style, width: width() ?? 79)
      scene.below = { list.lines(menu.candidates, rows: $0) }
    }
    guard style.colour, knowledge.isDecorated else { return scene }
    let searched = IncrementalSearch.line(of: line)
    let cell = above + (searched ?? line)
    scene.highlights = highlights(of: cell)
    guard searched == nil, menu == nil, cursor == line.utf8.count else { return scene }
    hint = InlineHint(cells: knowledge.cells).text(after: cell) {
      CellText(cell).completions(at: cell.utf8.count, knowledge.names)
    }
    scene.hint = hint
    return scene
  }

  /// Those of the edited line.
  private func highlights(of cell: String) -> [Highlight] {
    let start = above.utf8.count
    return CellText(cell).highlights(knowledge.names).compactMap { highlight in
      guard highlight.range.upperBound > start else { return nil }
      let lower = max(0, highlight.range.lowerBound - start)
      return Highlight(range: lower..<highlight.range.upperBound - start, kind: highlight.kind)
    }
  }
}

/// What stands before the cursor.
package enum Prompt {
  package static let first = "qatlab> "

  /// As wide as the first one, with the sign that the statement goes on after: `  ( ... ` while a bracket is open.
  ///
  /// After `>` there is none: it could be taken for a chain that goes on.
  package static func continuation(reason: String) -> String {
    let sign = reason.first { "([,>\\".contains($0) } ?? "\""
    return "  \(sign == ">" ? "." : sign) ... "
  }
}

/// libedit's search with Ctrl-R, which it writes into the line itself.
package enum IncrementalSearch {
  private static let signs = ["bck:", "bck?", "fwd:", "fwd?"]

  /// The part of the line that was found, or nil where nothing is searched.
  package static func line(of text: String) -> String? {
    guard let end = text.lastIndex(of: "\n") else { return nil }
    let last = text[text.index(after: end)...]
    return signs.contains { last.hasPrefix($0) } ? String(text[..<end]) : nil
  }
}
