import CEditLine
package import Interpreter
import Language
import Notebooks
import Text
import Training

/// Reads cells from a person at a terminal and runs them, until `:quit` or Ctrl-D.
///
/// Returns the exit code.
/// `version` is written into notebooks. `greeting` is shown first, then what the user's own start file says, unless
/// it is left out. Call it on the main thread, to which the system sends Ctrl-C.
package func runREPL(
  interpreter: Interpreter, version: String, greeting: String, readsStartFile: Bool = true
) -> Int32 {
  prepareSignals()
  let screen = Screen(pages: true)
  guard let repl = REPL(interpreter: interpreter, version: version, screen: screen) else {
    return runBatch(interpreter: interpreter)
  }
  screen.remark([greeting])
  return repl.run(readsStartFile: readsStartFile)
}

/// The conversation: a session, a screen and a line editor.
final class REPL {
  let interpreter: Interpreter
  /// Cells since the start that worked or changed the session, for `:save`.
  private(set) var cells: [SessionCell] = []
  /// What `:save` wrote, by the paths of the files: it may write them again as long as nobody else did.
  var saved: [String: String] = [:]
  /// The session as it was when it was saved last.
  var savedState: Int64?
  /// Text that the next line starts with.
  var next = ""
  /// True where every cell tells how long it took.
  var timesCells = false
  /// How many files are loaded inside one another.
  var loadDepth = 0

  /// Of the program, as notebooks hold it.
  private let version: String

  private let screen: Screen
  private let editor: LineEditor
  private let reader: CellReader
  private var source = SourceFile("")
  /// Lines that were given up with Ctrl-C since the last one that was entered.
  private var interruptions = 0

  /// So many earlier cells are brought back by the arrow keys.
  private static let remembered = 1000

  /// Nil where the terminal can't be edited on.
  init?(interpreter: Interpreter, version: String, screen: Screen) {
    guard let editor = LineEditor(style: screen.style) else { return nil }
    self.interpreter = interpreter
    self.version = version
    self.screen = screen
    self.editor = editor
    reader = CellReader(editor: editor, style: screen.style, width: { screen.width })
    reader.knowledge.cells = interpreter.readableHistory(limit: Self.remembered)
    for cell in reader.knowledge.cells { editor.remember(cell) }
  }

  func run(readsStartFile: Bool) -> Int32 {
    for note in interpreter.openingNotes { show(note) }
    if readsStartFile, runStartFile() == .leave { return 0 }
    while !screen.isClosed {
      if hasToEnd { return 130 }
      cel_signals_drain()
      refreshKnowledge()
      let start = next
      next = ""
      switch reader.read(start: start) {
      case .cancelled: noteInterruption()
      case .end: return 0
      case .text(let text):
        interruptions = 0
        if handle(text) == .leave { return 0 }
      }
    }
    return 0
  }

  private func refreshKnowledge() {
    reader.knowledge.names = interpreter.names
    reader.knowledge.isDecorated = interpreter.highlights
    guard interpreter.isReadOnly else { return }
    // Another process may have added cells meanwhile.
    let known = Set(reader.knowledge.cells)
    for cell in interpreter.readableHistory(limit: 200) where !known.contains(cell) { remember(cell) }
  }

  private func remember(_ line: String) {
    editor.remember(line)
    reader.knowledge.cells.append(line)
  }

  /// The first Ctrl-C may have been meant for a cell that just ended; a second one wants to leave.
  private func noteInterruption() {
    interruptions += 1
    if interruptions == 2 { remark("Ctrl-D or :quit leaves") }
  }

  /// Draws an output that belongs to the last line.
  func show(_ output: Output) { screen.show(output, source: source) }

  func clearScreen() { screen.clear() }

  /// Says something that belongs to no cell.
  func remark(_ text: String) { screen.remark([text]) }

  /// Shows a cell as if it had been typed.
  func echo(_ text: String) {
    let lines = printable(text, keepsNewlines: true).split(separator: "\n", omittingEmptySubsequences: false)
    screen.print(
      lines.enumerated().map { index, line in
        let blank = String(repeating: " ", count: Prompt.first.count)
        return (index == 0 ? screen.style.paint(Prompt.first, .prompt) : blank) + line
      })
  }

  private func handle(_ text: String) -> ColonCommand.Outcome {
    guard text.contains(where: { !$0.isWhitespace }) else { return .stay }
    if text.hasPrefix(":") {
      remember(text)
      return runColonLine(text) ?? .stay
    }
    switch PromptWord(text) {
    case .leave: return .leave
    case .clear:
      remember(text)
      clearScreen()
      return .stay
    case nil: break
    }
    if let query = HelpQuery(text) {
      remember(text)
      ask(query)
    } else {
      // A mistake in the words is not brought back by the arrow keys; :edit has it.
      if interpreter.canRead(text) { remember(text) }
      interpreter.remember(text)
      execute(text)
    }
    return .stay
  }

  /// What stands behind the name in the colon line that runs, or where nothing does, the name.
  var argumentRange: SourceRange {
    let line = ColonLine(source.text)
    guard !line.argument.isEmpty else { return line.nameRange }
    return SourceRange(
      lowerBound: line.argumentStart, upperBound: line.argumentStart + line.argument.utf8.count)
  }

  /// Nil where there is no such command.
  func runColonLine(_ text: String) -> ColonCommand.Outcome? {
    source = SourceFile(text)
    let line = ColonLine(text)
    defer { screen.finishProgress() }
    switch line.resolve() {
    case .success(let command): return command.run(self, line.argument)
    case .failure(let diagnostic):
      show(.diagnostic(diagnostic))
      return nil
    }
  }

  private func ask(_ query: HelpQuery) {
    defer { screen.finishProgress() }
    // A word that is a command's and a topic's asks for the command; a term that is an option's too, for the term.
    let isCommand = query.subject.isEmpty || Command.named(query.subject) != nil
    let explanation = isCommand ? nil : answer("explain " + query.subject)
    let reply = explanation.flatMap { $0.isFound ? $0 : nil } ?? answer("help " + query.subject)
    source = SourceFile(reply.text)
    for output in reply.outputs { show(output) }
  }

  /// What a statement that only looks says, and whether it knows what is asked for.
  private func answer(_ text: String) -> (text: String, outputs: [Output], isFound: Bool) {
    var outputs: [Output] = []
    let result = interpreter.execute(text, cancellation: Cancellation()) { outputs.append($0) }
    return (text, outputs, result.status == .ok)
  }

  /// Runs a cell, and keeps it for `:save` where it worked.
  @discardableResult
  func execute(_ text: String, isTimed: Bool = false) -> CellResult.Status {
    source = SourceFile(text)
    let cancellation = Cancellation()
    var outputs: [Output] = []
    let before = interpreter.state
    let result = cancellingOnInterrupt(cancellation) { [screen] in
      screen.remark(["stopping at the end of this step"])
    } _: {
      interpreter.execute(text, cancellation: cancellation) { output in
        show(output)
        outputs.append(output)
      }
    }
    screen.finishProgress()
    let after = interpreter.state
    if result.status == .ok || before != after {
      let record = CellRecord(number: cells.count + 1, source: text, result, outputs)
      cells.append(SessionCell(record, before: before, after: after))
    }
    let isShort = result.status != .interrupted && result.seconds < 100
    if isTimed || timesCells, isShort {
      remark(fixed(result.seconds, result.seconds < 1 ? 4 : 2) + " s")
    } else if let words = endRemark(result.status, seconds: result.seconds) {
      remark(words)
    }
    return result.status
  }

  /// What there is to write down of the session; throws where it can't be read.
  func savedCells() throws -> SessionCells { SessionCells(cells, try SessionLineage(interpreter)) }

  /// The cells as a notebook with their outputs.
  func notebook(_ cells: SessionCells) -> Notebook {
    let file = OutputPainter(style: .file, width: 100)
    return SessionNotebook(cells).notebook(
      interpreter, version: version, plainText: { file.lines($0, source: $1).joined(separator: "\n") })
  }

  /// Asks what only a person can decide; anything but yes is no.
  func confirms(_ question: String) -> Bool {
    screen.finishProgress()
    let answer = reader.ask(question + " (y/n) ")?.lowercased() ?? ""
    return ["y", "yes"].contains(answer.filter { !$0.isWhitespace })
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
  seconds < 100 ? fixed(seconds, 1) + " s" : duration(seconds)
}
