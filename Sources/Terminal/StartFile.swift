import Glibc
import Interpreter

extension REPL {
  /// Where the statements stand that each start of the prompt runs first.
  static func startFile(environment: (String) -> String?) -> String? {
    if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") { return folder + "/qatlab/rc.qat" }
    guard let home = environment("HOME"), !home.isEmpty else { return nil }
    return home + "/.config/qatlab/rc.qat"
  }

  /// Runs it where it exists; errors are shown, and what follows them is run all the same.
  func runStartFile() -> ColonCommand.Outcome {
    guard let path = Self.startFile(environment: environmentVariable), access(path, F_OK) == 0 else {
      return .stay
    }
    do {
      return run(try CellFile(path: path), of: path, echoes: false)
    } catch {
      show(.diagnostic(error))
      return .stay
    }
  }
}
