import ArgumentParser
import Glibc
import Terminal

/// The program's own start: ArgumentParser would end wrong use with 64.
@main
enum Main {
  static func main() {
    waitBriefly()
    occupyStandardStreams()
    // Where a file may not grow any further, the write fails and says so.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try QatlabCommand.parseAsRoot()
      try command.run()
    } catch {
      leave(after: error)
    }
  }

  private static func leave(after error: any Error) -> Never {
    let code = QatlabCommand.exitCode(for: error)
    let message = QatlabCommand.fullMessage(for: error) + hint()
    if !message.isEmpty { _ = writeAll(message + "\n", to: code.isSuccess ? 1 : 2) }
    QatlabCommand.exit(withError: code == .validationFailure ? ExitCode(2) : code)
  }

  /// What was meant where the first argument is a notebook.
  private static func hint() -> String {
    guard let file = CommandLine.arguments.dropFirst().first,
      file.hasSuffix(".ipynb") || file.hasSuffix(".qat")
    else { return "" }
    return "\n  try: qatlab run \(file)"
  }
}
