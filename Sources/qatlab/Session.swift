import ArgumentParser
import Glibc
import Interpreter
import Language
import Terminal

/// Opens a session folder; nil keeps everything in memory.
func openSession(_ folder: String?) -> Result<Interpreter, Diagnostic> {
  do {
    return .success(try Interpreter(sessionFolder: folder))
  } catch let diagnostic as Diagnostic {
    return .failure(diagnostic)
  } catch {
    return .failure(
      Diagnostic(
        id: "session-not-opened", message: "\(error)",
        notes: folder == nil ? [] : ["name another folder with --session"]))
  }
}

/// Opens it, or tells why not and ends with exit code 1.
func openSessionOrLeave(_ folder: String) throws -> Interpreter {
  switch openSession(folder) {
  case .success(let interpreter): return interpreter
  case .failure(let diagnostic):
    writeProblem(diagnostic)
    throw ExitCode(1)
  }
}

/// Writes a diagnostic that belongs to no cell to standard error.
func writeProblem(_ diagnostic: Diagnostic) {
  let style = Style(descriptor: STDERR_FILENO, environment: environmentVariable)
  let text = render(style.spell(diagnostic), in: SourceFile(""), style: style.colour ? .ansi : .plain)
  _ = writeAll(text + "\n", to: STDERR_FILENO)
}
