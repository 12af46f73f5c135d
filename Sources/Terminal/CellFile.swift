import Glibc
import Language
import Notebooks

/// The cells of a file that is run at the prompt: a notebook, or plain statements.
struct CellFile {
  struct Cell: Equatable {
    var text: String
    /// The line of the file that it starts at, from 1; nil in a notebook.
    var line: Int?
  }

  /// Of files that hold cells.
  static let endings = [".qat", ".ipynb"]

  var cells: [Cell]

  /// Reads an .ipynb file, or text whose cells stand between `# %%` lines, or statements one by one.
  init(path: String) throws(Diagnostic) {
    if path.hasSuffix(".ipynb") {
      cells = try Self.notebook(path)
      return
    }
    switch readText(path) {
    case .success(let text):
      let hasMarkers = text.split(whereSeparator: \.isNewline).contains {
        $0.hasPrefix("# %%") || $0.hasPrefix("#%%")
      }
      cells = path.hasSuffix(".qat") && hasMarkers ? try Self.notebook(path) : Self.statements(text)
    case .failure(.system(let code)):
      throw Diagnostic(
        id: "unreadable-file", message: "can't read \(quoted(path)): \(systemMessage(code))")
    case .failure(.notText):
      throw Diagnostic(id: "not-utf8", message: "\(quoted(path)) isn't UTF-8 text")
    }
  }

  private static func notebook(_ path: String) throws(Diagnostic) -> [Cell] {
    let notebook: Notebook
    do throws(NotebookError) {
      notebook = try readNotebook(path)
    } catch {
      throw error.diagnostic { systemMessage($0) }
    }
    let parameters = Parameters(notebook)
    var cells: [Cell] = []
    for cell in notebook.cells
    where cell.kind == .code && !cell.isSkipped && !cell.holdsParameters && !cell.isBlank {
      cells.append(Cell(text: try parameters.substitute(in: cell.source)))
    }
    return cells
  }

  /// Statements and lines of the prompt's own, without blank lines and comments between them.
  static func statements(_ text: String) -> [Cell] {
    var cells: [Cell] = []
    var pending = GrowingCell()
    var first = 1
    let text = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if pending.isEmpty {
        let start = line.first { !$0.isWhitespace }
        if start == nil || start == "#" { continue }
        first = index + 1
      }
      let isPrompts = (pending.isEmpty ? String(line) : pending.text).hasPrefix(":")
      let completeness = pending.add(line)
      if !isPrompts, case .incomplete = completeness { continue }
      cells.append(Cell(text: String(pending.text.dropLast()), line: first))
      pending = GrowingCell()
    }
    return pending.isEmpty ? cells : cells + [Cell(text: String(pending.text.dropLast()), line: first)]
  }
}
