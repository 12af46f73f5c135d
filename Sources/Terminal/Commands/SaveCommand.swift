import Glibc
import Interpreter
import Language
import Notebooks

extension ColonCommand {
  static let save = ColonCommand(
    name: "save", argument: "FILE",
    summary: "writes this session's cells that worked to a .qat or .ipynb file"
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
    if path.hasSuffix(".ipynb") { return saveNotebook(path, repl) }
    guard path.hasSuffix(".qat") else {
      return repl.show(
        .diagnostic(
          Diagnostic(
            id: "unknown-file-type",
            message: ":save writes .qat and .ipynb files, and \(quoted(argument)) is none",
            notes: [
              "a .qat file is plain text with a line \"# %%\" between cells; an .ipynb file has the outputs too"
            ])))
    }
    let failure = SavedCells.write(
      repl.succeeded.map(\.source), to: path, overwriting: repl.saved.contains(path))
    if failure == 0 {
      repl.saved.insert(path)
      return repl.show(.note("wrote \(counted(repl.succeeded.count)) to \(path)"))
    }
    fail(path, failure == EEXIST ? .fileExists(path: path) : .unwritable(path: path, code: failure), repl)
  }

  private static func saveNotebook(_ path: String, _ repl: REPL) {
    do {
      let (notebook, notes) = try repl.notebook()
      try writeNotebook(notebook, to: path, overwriting: repl.saved.contains(path))
      repl.saved.insert(path)
      repl.show(.note("wrote \(counted(repl.succeeded.count)) with outputs to \(path)"))
      for note in notes { repl.show(.note(note)) }
    } catch let error as NotebookError {
      fail(path, error, repl)
    } catch {
      repl.show(.unreadableSession(error))
    }
  }

  private static func counted(_ cells: Int) -> String { "\(cells) cell\(cells == 1 ? "" : "s")" }

  private static func fail(_ path: String, _ error: NotebookError, _ repl: REPL) {
    var diagnostic = error.diagnostic(systemMessage: systemMessage)
    if case .fileExists = error { diagnostic.notes = ["choose another name, or remove the file first"] }
    repl.show(.diagnostic(diagnostic))
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
