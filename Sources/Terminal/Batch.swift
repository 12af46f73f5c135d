import Glibc
package import Interpreter
import Language
import Training

/// Runs the statements on standard input one by one, without prompt, and stops at the first that fails.
///
/// Returns the exit code: 0 fine, 1 a statement failed, 130 interrupted or nobody reads the output any more.
package func runBatch(interpreter: Interpreter) -> Int32 {
  prepareSignals()
  var batch = Batch(interpreter: interpreter, screen: Screen())
  return batch.run()
}

private struct Batch {
  let interpreter: Interpreter
  let screen: Screen
  private var input = StandardInput()
  private var lineNumber = 0
  private var statement = ""
  private var firstLine = 1
  /// True once a line came with the prompt that it was copied with: others are what was answered then.
  private var isTranscript = false

  init(interpreter: Interpreter, screen: Screen) {
    self.interpreter = interpreter
    self.screen = screen
  }

  mutating func run() -> Int32 {
    for note in interpreter.openingNotes { screen.show(note, source: SourceFile("")) }
    while true {
      switch input.next() {
      case .text(let text):
        // What has line ends of CR alone comes as one line.
        for line in text.split(separator: "\r", omittingEmptySubsequences: false) {
          lineNumber += 1
          if let code = take(String(line)) { return code }
        }
      case .end:
        return statement.isEmpty ? outputFailure() ?? 0 : execute() ?? outputFailure() ?? 0
      case .interrupted: return 130
      case .failed(let code):
        return fail("unreadable-input", "can't read standard input: \(systemMessage(code))")
      case .notText:
        return fail("not-utf8", "line \(lineNumber + 1) of standard input isn't UTF-8 text")
      }
    }
  }

  /// Adds a line; runs the statement where that completes it.
  ///
  /// Returns an exit code to stop with.
  private mutating func take(_ line: String) -> Int32? {
    if statement.isEmpty {
      let hasPrompt = line.drop { $0 == " " }.hasPrefix(Prompt.first.dropLast())
      isTranscript = isTranscript || hasPrompt
      if isTranscript, !hasPrompt { return nil }
      guard line.contains(where: { !$0.isWhitespace }), line.first(where: { !$0.isWhitespace }) != "#" else {
        return nil
      }
      firstLine = lineNumber
    }
    statement += line + "\n"
    if case .incomplete = completeness(of: statement) { return nil }
    switch PromptWord(statement) {
    case .leave: return outputFailure() ?? 0
    case .clear:
      statement = ""
      return nil
    case nil: break
    }
    return execute() ?? outputFailure()
  }

  private mutating func execute() -> Int32? {
    let text = String(statement.dropLast())
    statement = ""
    let source = SourceFile(text)
    let cancellation = Cancellation()
    let result = cancellingOnInterrupt(cancellation) { [screen] in
      screen.remark(["stopping at the end of this step"])
    } _: {
      interpreter.execute(text, cancellation: cancellation) { output in
        screen.show(output, source: source)
        if screen.isClosed { cancellation.cancel() }
      }
    }
    screen.finishProgress()
    switch result.status {
    case .ok: return nil
    case .interrupted: return 130
    case .error:
      if firstLine != lineNumber || firstLine > 1 {
        screen.remark(["in line \(firstLine) of standard input"])
      }
      return 1
    }
  }

  /// A closed pipe ends the run without a word; any other failed write is told.
  private func outputFailure() -> Int32? {
    if let code = screen.failure {
      return fail("unwritable-output", "can't write to standard output: \(systemMessage(code))")
    }
    return screen.isClosed ? 130 : nil
  }

  private func fail(_ id: String, _ message: String) -> Int32 {
    screen.finishProgress()
    let diagnostic = Diagnostic(id: id, message: message)
    _ = writeAll(render(diagnostic, in: SourceFile(""), style: .plain, width: nil) + "\n", to: STDERR_FILENO)
    return 1
  }
}
