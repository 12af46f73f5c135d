import Glibc
import Interpreter
import Language
import Notebooks

extension ColonCommand {
  static let save = ColonCommand(
    name: "save", argument: "FILE [force]",
    summary: "writes the cells that make this session as it stands to a .qat or .ipynb file"
  ) { repl, argument in
    let target = FileArgument(argument)
    guard !target.path.isEmpty else {
      repl.show(
        .diagnostic(
          Diagnostic(
            id: "missing-file-name", message: ":save needs a file name", notes: ["try: :save lesson.qat"])))
      return .stay
    }
    do {
      let cells = try repl.savedCells()
      if cells.cells.isEmpty {
        repl.show(
          .diagnostic(
            Diagnostic(
              id: "nothing-to-save", message: "no cell has worked yet, so there is nothing to save")))
      } else {
        save(cells, target, repl)
      }
    } catch {
      repl.show(.unreadableSession(error))
    }
    return .stay
  }

  private static func save(_ cells: SessionCells, _ target: FileArgument, _ repl: REPL) {
    let path = SavedCells.path(target.path)
    let isNotebook = path.hasSuffix(".ipynb")
    guard isNotebook || path.hasSuffix(".qat") else {
      return repl.show(
        .diagnostic(
          Diagnostic(
            id: "unknown-file-type",
            message: ":save writes .qat and .ipynb files, and \(quoted(target.path)) is none",
            notes: [
              "a .qat file is plain text with a line \"# %%\" between cells; an .ipynb file has the outputs too"
            ])))
    }
    guard mayReplace(path, target, repl) else {
      return repl.show(.note("\(path) is left as it is; :save \(target.path) force replaces it"))
    }
    let text = isNotebook ? repl.notebook(cells).ipynbText : SavedCells.text(cells.cells.map(\.source))
    do throws(NotebookError) {
      try writeText(text, to: path)
    } catch {
      return repl.show(.diagnostic(error.diagnostic(systemMessage: systemMessage)))
    }
    repl.saved[path] = text
    repl.savedState = repl.interpreter.state
    let count = cells.cells.count
    repl.show(
      .note("wrote \(count) cell\(count == 1 ? "" : "s")\(isNotebook ? " with outputs" : "") to \(path)"))
    for note in cells.notes { repl.show(.note(note)) }
  }

  /// True of a file that isn't there, that this conversation wrote and nobody changed, and where a person says so.
  private static func mayReplace(_ path: String, _ target: FileArgument, _ repl: REPL) -> Bool {
    if target.isForced || access(path, F_OK) != 0 { return true }
    if let own = repl.saved[path], case .success(let text) = readText(path), text == own { return true }
    return repl.confirms("\(path) is there: replace it?")
  }
}

/// What follows `:save` and `:load`: a path, and whether anything is asked.
struct FileArgument: Equatable {
  var path: String
  /// `force` stands behind the path.
  var isForced: Bool

  init(_ argument: String) {
    let word = argument.split(separator: " ").last
    isForced = word == "force" && argument != "force"
    let rest = isForced ? argument.dropLast("force".count) : argument[...]
    path = String(rest.reversed().drop { $0 == " " }.reversed())
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
}
