import CEditLine
import Glibc
package import Interpreter
package import Language
import Synchronization

/// The output streams: finished lines go to standard output, progress to a terminal or the error stream.
///
/// Two threads write: the one that runs cells, and the one that answers Ctrl-C.
package final class Screen: Sendable {
  package let style: Style
  private let errorStyle: Style
  /// Where a line can be rewritten: the terminal on standard output, else one on standard error.
  private let liveDescriptor: Int32?
  private let outputIsTerminal: Bool
  private let writesOutput: Bool
  /// Shows what is longer than the terminal; nil where all is written as it comes.
  private let pager: Pager?
  private let state: Mutex<State>

  private struct State {
    var block = LiveBlock()
    var curve = LiveCurve()
    /// Lines for the pager.
    var held: [String] = []
    var lastUpdate: ContinuousClock.Instant?
    var log = ProgressLog()
    var isClosed = false
    var failure: Int32?
    /// Known once images were shown.
    var graphics: PixelGraphics?
  }

  /// At most this often is the line of progress rewritten.
  private static let updateInterval = Duration.milliseconds(100)
  /// On a terminal of fewer rows a curve above the line of progress would take too much of what stood there.
  private static let rowsForCurve: Int32 = 12

  /// Finds out what the output streams can do.
  ///
  /// `writesOutput` is false where standard output carries data of another kind, as with `--json`:
  /// outputs are dropped then, and only progress is shown. `pages` is for conversations, in which somebody is
  /// there to leave the pager.
  package init(writesOutput: Bool = true, pages: Bool = false) {
    self.writesOutput = writesOutput
    style = Style(descriptor: STDOUT_FILENO, environment: environmentVariable)
    errorStyle = Style(descriptor: STDERR_FILENO, environment: environmentVariable)
    outputIsTerminal = isatty(STDOUT_FILENO) == 1
    let isDumb = (environmentVariable("TERM") ?? "dumb") == "dumb"
    let terminal = [STDOUT_FILENO, STDERR_FILENO].first { isatty($0) == 1 }
    liveDescriptor = isDumb ? nil : terminal
    let canPage = pages && !isDumb && outputIsTerminal && isatty(STDIN_FILENO) == 1
    pager = canPage ? Pager(environment: environmentVariable) : nil
    state = Mutex(State())
  }

  /// Columns of the terminal on standard output; nil where it is none.
  package var width: Int? { Self.width(of: STDOUT_FILENO) }

  /// True once nobody reads standard output any more.
  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The error of a write that failed for another reason than a closed pipe.
  package var failure: Int32? { state.withLock { $0.failure } }

  private static func width(of descriptor: Int32) -> Int? { size(of: descriptor)?.columns }

  private static func size(of descriptor: Int32) -> (columns: Int, rows: Int32)? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    // libedit and many terminals keep the last column free for the cursor.
    return cel_terminal_size(descriptor, &columns, &rows) == 1 ? (max(1, Int(columns) - 1), rows) : nil
  }

  /// Draws an output.
  ///
  /// Diagnostics go to standard error where standard output isn't a terminal.
  package func show(_ output: Output, source: SourceFile) {
    if case .progress(let progress) = output { return show(progress) }
    let isDiagnostic = if case .diagnostic = output { true } else { false }
    let toError = isDiagnostic && !outputIsTerminal
    guard writesOutput || toError else { return finishProgress() }
    var style = toError ? errorStyle : style
    if case .images = output, style.colour, outputIsTerminal { style.graphics = graphics }
    let painter = OutputPainter(style: style, width: toError ? Self.width(of: STDERR_FILENO) : width)
    let lines = painter.lines(output, source: source)
    // A pager would show a picture's bytes.
    guard !lines.isEmpty, toError || style.graphics != .blocks || !hold(lines) else { return }
    write(lines, to: toError ? STDERR_FILENO : STDOUT_FILENO)
  }

  private var graphics: PixelGraphics {
    state.withLock { state in
      if let known = state.graphics { return known }
      endProgress(&state)
      let found = PixelGraphics.found(environment: environmentVariable)
      state.graphics = found
      return found
    }
  }

  /// Keeps what is longer than the terminal, and what the cell says after it, for the pager.
  ///
  /// It is shown when the cell ends, so that reading doesn't count as its time. False where lines are to be
  /// written at once.
  private func hold(_ lines: [String]) -> Bool {
    guard pager != nil, let rows = Self.size(of: STDOUT_FILENO)?.rows else { return false }
    return state.withLock { state in
      guard !state.held.isEmpty || lines.count >= rows else { return false }
      endProgress(&state)
      state.held += lines
      return true
    }
  }

  private func release(_ state: inout State) {
    put(state.held.map { $0 + "\n" }.joined(), to: STDOUT_FILENO, &state)
    state.held = []
  }

  /// Leaves a terminal empty, with the cursor at its top.
  func clear() {
    guard outputIsTerminal, liveDescriptor == STDOUT_FILENO else { return }
    state.withLock { state in
      endProgress(&state)
      put("\u{1B}[H\u{1B}[2J", to: STDOUT_FILENO, &state)
    }
  }

  /// Writes lines to standard output, below the progress that stood there.
  package func print(_ lines: [String]) { write(lines, to: STDOUT_FILENO) }

  /// Writes lines to the terminal, else to standard error: words about the run, not of it.
  package func remark(_ lines: [String]) {
    let descriptor = outputIsTerminal ? STDOUT_FILENO : STDERR_FILENO
    let style = outputIsTerminal ? style : errorStyle
    let fitting = lines.flatMap { wrap($0, to: Self.width(of: descriptor) ?? .max) }
    write(fitting.map { style.paint($0, .faint) }, to: descriptor)
  }

  private func write(_ lines: [String], to descriptor: Int32) {
    state.withLock { state in
      endProgress(&state)
      release(&state)
      put(lines.map { $0 + "\n" }.joined(), to: descriptor, &state)
    }
  }

  /// Rewrites the progress, at most ten times a second; without a terminal writes a line rarely.
  package func show(_ progress: Progress) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard let liveDescriptor else {
        let lines = state.log.lines(progress, at: now)
        put(lines.map { $0 + "\n" }.joined(), to: STDERR_FILENO, &state)
        return
      }
      // Long work isn't kept waiting for a reader.
      release(&state)
      state.curve.add(progress)
      if let last = state.lastUpdate, now - last < Self.updateInterval { return }
      let (width, rows) = Self.size(of: liveDescriptor) ?? (79, 24)
      let isOutput = liveDescriptor == STDOUT_FILENO
      let style = isOutput ? style : errorStyle
      // Beside a pipe whose reader may write to this terminal, one line is all that can be kept track of.
      let curve =
        isOutput && rows >= Self.rowsForCurve ? state.curve.lines(style: style, width: width) : []
      let line = ProgressLine(style: style, width: width).text(progress)
      put(state.block.rewrite(curve + [line], terminalWidth: width), to: liveDescriptor, &state)
      state.lastUpdate = now
    }
  }

  /// Takes the progress away at the end of a cell, and lets the user read what is longer than the terminal.
  package func finishProgress() {
    let held = state.withLock { state in
      endProgress(&state)
      state.curve = LiveCurve()
      return state.held
    }
    guard !held.isEmpty else { return }
    let isRead = pager?.show(held.map { $0 + "\n" }.joined()) ?? false
    state.withLock { state in
      if !isRead { release(&state) }
      state.held = []
    }
  }

  private func endProgress(_ state: inout State) {
    if let liveDescriptor {
      put(state.block.erase(), to: liveDescriptor, &state)
      state.lastUpdate = nil
    } else {
      put(state.log.finish().map { $0 + "\n" }.joined(), to: STDERR_FILENO, &state)
    }
  }

  private func put(_ text: String, to descriptor: Int32, _ state: inout State) {
    guard !text.isEmpty, !(state.isClosed && descriptor == STDOUT_FILENO) else { return }
    let failure = writeAll(text, to: descriptor)
    guard descriptor == STDOUT_FILENO, failure != 0 else { return }
    state.isClosed = true
    if failure != EPIPE { state.failure = failure }
  }
}
