import Interpreter
import Language

/// Reads cells from the line editor: lines are asked for until the statement is complete.
final class CellReader {
  enum Cell: Equatable {
    case text(String)
    case cancelled
    case end
  }

  private let editor: LineEditor
  private let style: Style
  private let width: () -> Int?
  private let candidates: (String, Int) -> (range: Range<Int>, candidates: [Completion])
  /// The lines of the cell above the edited one, each with its newline.
  private var above = ""

  /// `candidates` completes at a UTF-8 offset of a cell; `width` is the terminal's.
  init(
    editor: LineEditor, style: Style, width: @escaping () -> Int?,
    candidates: @escaping (String, Int) -> (range: Range<Int>, candidates: [Completion])
  ) {
    self.editor = editor
    self.style = style
    self.width = width
    self.candidates = candidates
    editor.complete = { [unowned self] line, cursor in complete(line, cursor) }
  }

  func read() -> Cell {
    above = ""
    var prompt = Prompt.first
    while true {
      switch editor.read(prompt: prompt) {
      case .interrupted: return .cancelled
      // Ctrl-D inside a cell hands it in as it is: its diagnostic tells what is missing.
      case .end: return above.isEmpty ? .end : .text(above)
      case .text(let line):
        let cell = above + line
        guard !cell.hasPrefix(":"), case .incomplete(let reason) = completeness(of: cell) else {
          return .text(cell)
        }
        above = cell + "\n"
        prompt = Prompt.continuation(reason: reason)
      }
    }
  }

  private func complete(_ line: String, _ cursor: Int) -> LineEditor.Reply {
    let start = above.utf8.count
    let (range, found) = candidates(above + line, start + cursor)
    // Only the line that is edited can change.
    guard range.lowerBound >= start, range.upperBound <= start + line.utf8.count else { return .nothing }
    let inLine = range.lowerBound - start..<range.upperBound - start
    let typed = String(decoding: Array(line.utf8)[inLine], as: UTF8.self)
    switch CompletionMenu.step(typed: typed, candidates: found) {
    case .nothing: return .nothing
    case .insert(let text):
      let isBeforeSpace = line.utf8.dropFirst(inLine.upperBound).first == UInt8(ascii: " ")
      return .insert(inLine, isBeforeSpace && text.hasSuffix(" ") ? String(text.dropLast()) : text)
    case .list: return .show(CompletionMenu(style: style, width: width() ?? 79).lines(found))
    }
  }
}

/// What stands before the cursor.
package enum Prompt {
  package static let first = "qatlab> "

  /// As wide as the first one, with the sign that the statement waits for: `   ( > ` while a bracket is open.
  package static func continuation(reason: String) -> String {
    let sign = reason.first { "([,>\\".contains($0) } ?? "\""
    return "   \(sign) >  "
  }
}
