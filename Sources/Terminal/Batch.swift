import Glibc
package import Interpreter
import Language
import Notebooks
import Text
import Training

/// Runs statements one by one, without prompt, and stops at the first that fails: those of `program`, or without one
/// those on standard input.
///
/// With `json`, each is a line of JSON on standard output and nothing else is. Returns the exit code: 0 fine, 1 a
/// statement failed, 130 interrupted or nobody reads the output any more.
package func runBatch(interpreter: Interpreter, program: String? = nil, json: Bool = false) -> Int32 {
  prepareSignals()
  var batch = Batch(
    interpreter: interpreter, screen: Screen(writesOutput: !json), json: json,
    input: program.map(StandardInput.init(text:)) ?? StandardInput(),
    inputName: program == nil ? "standard input" : "the cells")
  return batch.run()
}

private struct Batch {
  let interpreter: Interpreter
  let screen: Screen
  let json: Bool
  private var input: StandardInput
  private let inputName: String
  private var lineNumber = 0
  private var statement = GrowingCell()
  private var firstLine = 1
  /// Statements that were run.
  private var count = 0
  /// True once a line came with the prompt that it was copied with: others are what was answered then.
  private var isTranscript = false

  init(interpreter: Interpreter, screen: Screen, json: Bool, input: StandardInput, inputName: String) {
    self.interpreter = interpreter
    self.screen = screen
    self.json = json
    self.input = input
    self.inputName = inputName
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
        return fail("unreadable-input", "can't read \(inputName): \(systemMessage(code))")
      case .notText:
        return fail("not-utf8", "line \(lineNumber + 1) of \(inputName) isn't UTF-8 text")
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
    if case .incomplete = statement.add(line) { return nil }
    switch PromptWord(statement.text) {
    case .leave: return outputFailure() ?? 0
    case .clear:
      statement = GrowingCell()
      return nil
    case nil: break
    }
    return execute() ?? outputFailure()
  }

  private mutating func execute() -> Int32? {
    let text = String(statement.text.dropLast())
    statement = GrowingCell()
    let source = SourceFile(text)
    let cancellation = Cancellation()
    var outputs: [Output] = []
    let result = cancellingOnInterrupt(cancellation) { [screen] in
      screen.remark(["stopping at the end of this step"])
    } _: {
      interpreter.execute(text, cancellation: cancellation) { output in
        outputs.append(output)
        screen.show(output, source: source)
        if screen.isClosed { cancellation.cancel() }
      }
    }
    screen.finishProgress()
    count += 1
    if json { tell(CellRecord(number: count, source: text, result, outputs)) }
    switch result.status {
    case .ok: return hasToEnd ? 130 : nil
    case .interrupted: return 130
    case .error:
      if firstLine != lineNumber || firstLine > 1 {
        screen.remark(["in line \(firstLine) of \(inputName)"])
      }
      return 1
    }
  }

  private func tell(_ record: CellRecord) { screen.print([JSONValue.object(record.json).line]) }

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
    if json { tell(CellRecord(number: 0, source: "", status: .error, diagnostics: [diagnostic])) }
    return 1
  }
}
