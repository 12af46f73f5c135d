package import Language
package import Text

/// Why a file can't be run, or not written.
package enum NotebookError: Error, Equatable {
  case unreadable(path: String, code: Int32)
  case isFolder(path: String)
  case tooLarge(path: String, most: Int)
  case unknownExtension(path: String)
  case notUTF8(path: String, byte: Int)
  case notJSON(path: String, error: JSONError)
  /// A JSON value that is no notebook: what is missing.
  case notANotebook(path: String, missing: String)
  case formatVersion(path: String, version: Int)
  case badCell(path: String, number: Int, problem: String)
  case badMarker(path: String, line: Int, problem: String, remedy: String)
  case unwritable(path: String, code: Int32)
  case noOutputsInText(path: String)
  case changedMeanwhile(path: String)
  /// The target of a conversion is there already.
  case fileExists(path: String)
  case sameFormat(source: String, target: String)
  /// A file that is read would be written over: the path of the output, and of what it is.
  case outputIsInput(path: String, input: String)
  /// A replay of a file that has nothing to compare with.
  case noResultsInText(path: String)
}

extension NotebookError {
  /// 2 where the command line names the wrong file, 1 where the file is at fault.
  package var exitCode: Int32 {
    switch self {
    case .unreadable, .isFolder, .unknownExtension, .noOutputsInText, .fileExists, .sameFormat,
      .noResultsInText, .outputIsInput:
      2
    case .tooLarge, .notUTF8, .notJSON, .notANotebook, .formatVersion, .badCell, .badMarker, .unwritable,
      .changedMeanwhile:
      1
    }
  }

  /// The error in words; its place is the file, so it has no range.
  package func diagnostic(systemMessage: (Int32) -> String) -> Diagnostic {
    switch self {
    case .unreadable(let path, let code):
      Diagnostic(id: "unreadable-file", message: "can't read \(quoted(path)): \(systemMessage(code))")
    case .isFolder(let path):
      Diagnostic(id: "is-a-folder", message: "\(quoted(path)) is a folder, not a notebook")
    case .tooLarge(let path, let most):
      Diagnostic(
        id: "file-too-large",
        message: "\(quoted(path)) has more than the \(byteCount(Double(most))) of a notebook",
        notes: ["outputs are left out by: jupyter nbconvert --clear-output"])
    case .unknownExtension(let path):
      Diagnostic(
        id: "unknown-file-type", message: "\(quoted(path)) is neither an .ipynb nor a .qat file",
        notes: ["a .qat file is plain text with a line \"# %%\" between cells"])
    case .notUTF8(let path, let byte):
      Diagnostic(id: "not-utf8", message: "\(quoted(path)) isn't UTF-8 text: byte \(byte) fits nowhere")
    case .notJSON(let path, let error):
      Diagnostic(
        id: "not-json",
        message:
          "\(quoted(path)) isn't JSON: line \(error.line), column \(error.column): \(error.reason.words)")
    case .notANotebook(let path, let missing):
      Diagnostic(id: "not-a-notebook", message: "\(quoted(path)) isn't a notebook: \(missing)")
    case .formatVersion(let path, let version):
      Diagnostic(
        id: "notebook-version", message: "\(quoted(path)) is in notebook format \(version); format 4 is read",
        notes: ["try: jupyter nbconvert --to notebook --nbformat 4 \(path)"])
    case .badCell(let path, let number, let problem):
      Diagnostic(id: "bad-cell", message: "cell \(number) of \(quoted(path)): \(problem)")
    case .badMarker(let path, let line, let problem, let remedy):
      Diagnostic(
        id: "bad-cell-marker", message: "line \(line) of \(quoted(path)): \(problem)",
        notes: ["try: \(remedy)"], suggestion: remedy)
    case .unwritable(let path, let code):
      Diagnostic(id: "unwritable-file", message: "can't write \(quoted(path)): \(systemMessage(code))")
    case .noOutputsInText(let path):
      Diagnostic(
        id: "in-place-text",
        message: "--in-place can't write to \(quoted(path)): a .qat file holds no outputs",
        notes: ["an .ipynb file does; without --in-place the outputs are shown"])
    case .changedMeanwhile(let path):
      Diagnostic(
        id: "file-changed", message: "\(quoted(path)) was changed while it ran, so it is left as it is",
        notes: ["run it again to write its outputs"])
    case .fileExists(let path):
      Diagnostic(
        id: "file-exists", message: "\(quoted(path)) exists", notes: ["--force replaces it"])
    case .sameFormat(let source, let target):
      Diagnostic(
        id: "same-format",
        message:
          "\(quoted(source)) and \(quoted(target)) are files of the same kind, so nothing is to convert",
        notes: ["convert makes an .ipynb file of a .qat file, and a .qat file of an .ipynb file"])
    case .outputIsInput(let path, let input):
      Diagnostic(
        id: "output-is-input",
        message: path == input
          ? "\(quoted(path)) is read by this run, so nothing else can be written to it"
          : "\(quoted(path)) is the same file as \(quoted(input)), which this run reads",
        notes: ["name another file for the output"])
    case .noResultsInText(let path):
      Diagnostic(
        id: "no-saved-results",
        message: "\(quoted(path)) holds no results to compare with: a .qat file has no outputs",
        notes: ["try: qatlab run \(path)", "an .ipynb file has them, once qatlab run --in-place wrote them"])
    }
  }
}
