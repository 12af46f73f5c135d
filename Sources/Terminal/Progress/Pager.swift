import CEditLine
import Glibc

/// Shows a long text in the program that the user reads such texts with.
///
/// `QATLAB_PAGER`, else `PAGER`, else less where it is installed; empty turns paging off.
package struct Pager: Sendable, Equatable {
  /// For the shell.
  package let command: String

  /// Nil where long texts are to be written as they are.
  package init?(environment: (String) -> String?) {
    if let chosen = environment("QATLAB_PAGER") ?? environment("PAGER") {
      guard chosen.contains(where: { !$0.isWhitespace }) else { return nil }
      command = chosen
      return
    }
    let folders = (environment("PATH") ?? "").split(separator: ":")
    guard folders.contains(where: { access($0 + "/less", X_OK) == 0 }) else { return nil }
    command = "less"
  }

  /// Keeps colours, leaves what was read standing, and ends with Ctrl-C; a user's own options go before.
  ///
  /// It only shows: no file is opened and no command run from within.
  private static let lessOptions = ": \"${LESS=FRXK}\"; LESSSECURE=1; export LESS LESSSECURE; "
  /// What a shell ends with where a command does not exist or can't be run.
  private static let notStarted: Set<Int32> = [126, 127]

  /// Lets the user read the text on the terminal of standard input, until the pager ends.
  ///
  /// The pager has the terminal for itself, so Ctrl-C stops no cell; what was typed before it started is the prompt's.
  /// False where it could not be started, and
  /// nobody read anything.
  package func show(_ text: String) -> Bool {
    let words = ["/bin/sh", "-c", Self.lessOptions + command]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var job = cel_job()
    cel_typed_keep()
    guard cel_job_start(arguments, &job) == 0 else { return false }
    // A pager that is left early closes its end.
    _ = writeAll(text, to: job.input)
    close(job.input)
    return !Self.notStarted.contains(cel_job_wait(&job))
  }
}
