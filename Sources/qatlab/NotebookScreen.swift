import Glibc
import Interpreter
import Language
import Notebooks
import Terminal
import Training

/// Runs a notebook and shows it as the REPL would, or as lines of JSON.
///
/// Returns the exit code.
func showNotebook(_ options: NotebookOptions, session: String?) -> Int32 {
  show(json: options.json) { presenter, cancellation in
    runNotebook(options, presenter: presenter, cancellation: cancellation) { openSession(session) }
  }
}

/// Replays a notebook in a session in memory, and shows it in the same ways.
///
/// `served` is the folder of the session whose results are served; nil runs every cell. Returns the exit code.
func showReplay(_ options: ReplayOptions, served: String?) -> Int32 {
  show(json: options.json) { presenter, cancellation in
    replayNotebook(
      options, presenter: presenter, cancellation: cancellation, openSession: { openSession(nil) },
      openServed: served.map { folder in { openSession(folder) } })
  }
}

private func show(json: Bool, _ run: (NotebookPresenter, Cancellation) -> Int32) -> Int32 {
  stopCellsAtEnd()
  let screen = Screen(writesOutput: !json)
  let cancellation = Cancellation()
  let presenter = NotebookPresenter(showing: screen, json: json)
  let code = cancellingOnInterrupt(cancellation) {
    screen.remark(["stopping at the end of this step"])
  } _: {
    run(presenter, cancellation)
  }
  screen.finishProgress()
  guard let failure = screen.failure else { return code }
  writeProblem(
    Diagnostic(
      id: "unwritable-output", message: "can't write to standard output: \(systemMessage(failure))"))
  return 1
}

extension NotebookPresenter {
  fileprivate init(showing screen: Screen, json: Bool) {
    let file = OutputPainter(style: .file, width: 100)
    self.init(
      markdown: { if !json { screen.print(markdownLines($0, screen) + [""]) } },
      program: { if !json { screen.print(programLines($0, screen.style)) } },
      output: { screen.show($0, source: $1) },
      finished: { record in
        screen.finishProgress()
        if !json { screen.print(endLines(record, screen.style) + [""]) }
      },
      jsonLine: { screen.print([$0]) },
      problem: { diagnostic in
        screen.finishProgress()
        writeProblem(diagnostic)
      },
      plainText: { file.lines($0, source: $1).joined(separator: "\n") },
      isRead: { !screen.isClosed },
      systemMessage: { Terminal.systemMessage($0) })
  }
}

private func markdownLines(_ text: String, _ screen: Screen) -> [String] {
  MarkdownPainter(style: screen.style, width: min(screen.width ?? 80, 100)).lines(text)
}

/// The program as if it had been typed.
private func programLines(_ program: String, _ style: Style) -> [String] {
  let text = printable(program, keepsNewlines: true).reversed().drop { $0.isNewline }.reversed()
  let lines = String(text).split(separator: "\n", omittingEmptySubsequences: false)
  return lines.enumerated().map { index, line in
    let prompt = index == 0 ? Prompt.first : String(repeating: " ", count: Prompt.first.count)
    return style.paint(prompt, .prompt) + line
  }
}

private func endLines(_ record: CellRecord, _ style: Style) -> [String] {
  endRemark(record.status, seconds: record.seconds).map { [style.paint($0, .faint)] } ?? []
}
