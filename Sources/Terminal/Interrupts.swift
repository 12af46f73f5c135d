import CEditLine
import Glibc
import Synchronization
package import Training

/// Makes Ctrl-C a matter of this program from here on, and a closed pipe an error of `write`.
package func prepareSignals() {
  let failure = cel_signals_install()
  // Without descriptors left for a pipe, Ctrl-C keeps ending the process: nothing is lost that a store keeps.
  if failure != 0 {
    _ = writeAll("qatlab: Ctrl-C can't stop cells: \(systemMessage(failure))\n", to: STDERR_FILENO)
  }
}

/// True once the system, or a shell that is closed, asked the program to end while a cell ran: that was stopped, and is
/// written down.
var hasToEnd: Bool { cel_end_requested() != 0 }

/// Makes a request to end, of the system or of a shell that is closed, stop cells as Ctrl-C does, so that what a run
/// came to is written down; a second one ends the process.
package func stopCellsAtEnd() {
  let failure = cel_signals_stop_at_end()
  // Then the process ends at once, and its file stays as it is.
  if failure != 0 {
    _ = writeAll("qatlab: SIGTERM can't stop cells: \(systemMessage(failure))\n", to: STDERR_FILENO)
  }
}

/// The system's words for an errno value.
package func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Runs `body`; Ctrl-C meanwhile raises the cancellation, at which runs stop between two steps.
///
/// `onRepeat` is called, on another thread, from the second Ctrl-C on.
package func cancellingOnInterrupt<Result>(
  _ cancellation: Cancellation, onRepeat: @escaping @Sendable () -> Void, _ body: () throws -> Result
) rethrows -> Result {
  let watch = InterruptWatch(cancellation, onRepeat)
  let context = Unmanaged.passRetained(watch)
  defer { context.release() }
  let failure = cel_watch_start(
    { context in
      guard let context else { return }
      Unmanaged<InterruptWatch>.fromOpaque(context).takeUnretainedValue().interrupted()
    }, context.toOpaque())
  guard failure == 0 else { return try body() }
  defer { cel_watch_stop() }
  // What is typed meanwhile, and the ^C itself, would tear the line of progress.
  let isQuiet = cel_echo_off() == 1
  defer { if isQuiet { cel_echo_on() } }
  return try body()
}

private final class InterruptWatch: Sendable {
  private let cancellation: Cancellation
  private let onRepeat: @Sendable () -> Void
  private let count = Atomic<Int>(0)

  init(_ cancellation: Cancellation, _ onRepeat: @escaping @Sendable () -> Void) {
    self.cancellation = cancellation
    self.onRepeat = onRepeat
  }

  func interrupted() {
    cancellation.cancel()
    if count.add(1, ordering: .relaxed).oldValue > 0 { onRepeat() }
  }
}
