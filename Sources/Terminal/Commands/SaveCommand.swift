import Glibc
import Interpreter
import Language

extension ColonCommand {
  static let save = ColonCommand(
    name: "save", argument: "FILE", summary: "writes this session's cells that worked to a .qat file"
  ) { repl, argument in
    if argument.isEmpty {
      repl.show(
        .diagnostic(
          Diagnostic(
            id: "missing-file-name", message: ":save needs a file name", notes: ["try: :save lesson.qat"])))
    } else if repl.succeeded.isEmpty {
      repl.show(
        .diagnostic(
          Diagnostic(
            id: "nothing-to-save", message: "no cell has worked yet, so there is nothing to save")))
    } else {
      save(argument, repl)
    }
    return .stay
  }

  private static func save(_ argument: String, _ repl: REPL) {
    let path = SavedCells.path(argument)
    guard path.hasSuffix(".qat") else {
      return repl.show(
        .diagnostic(
          Diagnostic(
            id: "not-a-qat-file", message: ":save writes .qat files, and \(quoted(argument)) is none",
            notes: ["a .qat file is plain text with a line \"# %%\" between cells"])))
    }
    let failure = SavedCells.write(repl.succeeded, to: path, overwriting: repl.saved.contains(path))
    if failure == 0 {
      repl.saved.insert(path)
      let count = repl.succeeded.count
      return repl.show(.note("wrote \(count) cell\(count == 1 ? "" : "s") to \(path)"))
    }
    let exists = failure == EEXIST
    repl.show(
      .diagnostic(
        Diagnostic(
          id: exists ? "file-exists" : "file-not-written",
          message: exists
            ? "\(quoted(path)) exists" : "can't write \(quoted(path)): \(systemMessage(failure))",
          notes: exists ? ["choose another name, or remove the file first"] : [])))
  }
}

/// Cells as a .qat file.
enum SavedCells {
  /// The path meant: `~/` is the home folder, and a name without extension gets `.qat`.
  static func path(_ argument: String) -> String {
    var path = argument
    if path.hasPrefix("~/"), let home = environmentVariable("HOME") { path = home + path.dropFirst() }
    let name = path.split(separator: "/").last ?? ""
    return name.contains(".") ? path : path + ".qat"
  }

  static func text(_ cells: [String]) -> String {
    cells.map { "# %%\n" + $0 + ($0.hasSuffix("\n") ? "" : "\n") }.joined(separator: "\n")
  }

  /// Returns 0 or an errno value; EEXIST where the file is there and mustn't be replaced.
  static func write(_ cells: [String], to path: String, overwriting: Bool) -> Int32 {
    let mode = O_WRONLY | O_CREAT | O_CLOEXEC | (overwriting ? O_TRUNC : O_EXCL)
    let descriptor = open(path, mode, 0o644)
    guard descriptor >= 0 else { return errno }
    let failure = writeAll(text(cells), to: descriptor)
    let closed = close(descriptor) == 0 ? 0 : errno
    return failure != 0 ? failure : closed
  }
}
