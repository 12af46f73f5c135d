import CEditLine
package import Interpreter
import Language
import Notebooks
import Training

/// Reads cells from a person at a terminal and runs them, until `:quit` or Ctrl-D.
///
/// Returns the exit code.
/// `greeting` is shown first; `version` is written into notebooks. Call it on the main thread, to which the system sends Ctrl-C.
package func runREPL(interpreter: Interpreter, version: String, greeting: String) -> Int32 {
  prepareSignals()
  let screen = Screen(pages: true)
  guard let repl = REPL(interpreter: interpreter, version: version, screen: screen) else {
    return runBatch(interpreter: interpreter)
  }
  screen.remark([greeting])
  return repl.run()
}

/// The conversation: a session, a screen and a line editor.
final class REPL {
  let interpreter: Interpreter
  /// Cells that worked since the start, for `:save`.
  private(set) var succeeded: [CellRecord] = []
  /// Files that `:save` wrote, and may write again.
  var saved: Set<String> = []

  /// Of the program, as notebooks hold it.
  private let version: String
  /// What the session had before the first cell here.
  private let opening: SessionNotebook.Opening

  private let screen: Screen
  private let editor: LineEditor
  private let reader: CellReader
  private var source = SourceFile("")

  /// Nil where the terminal can't be edited on.
  init?(interpreter: Interpreter, version: String, screen: Screen) {
    guard let editor = LineEditor(style: screen.style) else { return nil }
    self.interpreter = interpreter
    self.version = version
    opening = SessionNotebook.Opening(interpreter)
    self.screen = screen
    self.editor = editor
    reader = CellReader(editor: editor, style: screen.style, width: { screen.width }) { text, offset in
      text.hasPrefix(":")
        ? REPL.colonCandidates(text, offset) : interpreter.completions(in: text, at: offset)
    }
    for cell in interpreter.history(limit: 1000) { editor.remember(cell) }
  }

  func run() -> Int32 {
    for note in interpreter.openingNotes { show(note) }
    while !screen.isClosed {
      cel_signals_drain()
      switch reader.read() {
      case .cancelled: continue
      case .end: return 0
      case .text(let text):
        if handle(text) == .leave { return 0 }
      }
    }
    return 0
  }

  /// Draws an output that belongs to the last line.
  func show(_ output: Output) { screen.show(output, source: source) }

  private func handle(_ text: String) -> ColonCommand.Outcome {
    guard text.contains(where: { !$0.isWhitespace }) else { return .stay }
    editor.remember(text)
    source = SourceFile(text)
    guard text.hasPrefix(":") else {
      execute(text)
      return .stay
    }
    let line = ColonLine(text)
    defer { screen.finishProgress() }
    switch line.resolve() {
    case .success(let command): return command.run(self, line.argument)
    case .failure(let diagnostic):
      show(.diagnostic(diagnostic))
      return .stay
    }
  }

  private func execute(_ text: String) {
    interpreter.remember(text)
    let cancellation = Cancellation()
    var outputs: [Output] = []
    let result = cancellingOnInterrupt(cancellation) { [screen] in
      screen.remark(["stopping at the end of this step"])
    } _: {
      interpreter.execute(text, cancellation: cancellation) { output in
        show(output)
        outputs.append(output)
      }
    }
    screen.finishProgress()
    switch result.status {
    case .ok: succeeded.append(CellRecord(number: succeeded.count + 1, source: text, result, outputs))
    case .error: break
    case .interrupted: break
    }
    if let remark = endRemark(result.status, seconds: result.seconds) { screen.remark([remark]) }
  }

  /// The cells that worked as a notebook with their outputs.
  func notebook() -> Notebook {
    let file = OutputPainter(style: .file, width: 100)
    return SessionNotebook(records: succeeded, opening: opening).notebook(
      interpreter, version: version, plainText: { file.lines($0, source: $1).joined(separator: "\n") })
  }

  /// What keeps that notebook from running alone.
  var notebookNotes: [String] { SessionNotebook(records: succeeded, opening: opening).notes }

  private static func colonCandidates(
    _ text: String, _ offset: Int
  ) -> (range: Range<Int>, candidates: [Completion]) {
    let line = ColonLine(text)
    guard offset <= line.nameRange.upperBound else { return (offset..<offset, []) }
    let typed = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
    let commands = ColonCommand.all.filter { (":" + $0.name).hasPrefix(typed) }
    return (0..<offset, commands.map { Completion(text: ":" + $0.name, detail: $0.summary) })
  }
}

/// What is said after a cell: that it was interrupted, and how long it took where that was a second or more.
package func endRemark(_ status: CellResult.Status, seconds: Double) -> String? {
  let time = seconds >= 1 ? elapsed(seconds) : nil
  guard status == .interrupted else { return time }
  return time.map { "interrupted after \($0)" } ?? "interrupted"
}

/// "12.9 s", or "3:05" from a hundred seconds on; nil for what is no duration.
func elapsed(_ seconds: Double) -> String? {
  seconds < 100 ? fixed(seconds, decimals: 1) + " s" : duration(seconds)
}
