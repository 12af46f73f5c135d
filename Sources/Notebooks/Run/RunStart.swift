import Interpreter
import Language
import Text

/// What is wrong beside the cells.
enum Refusal: Error {
  case file(NotebookError)
  case parameter(Diagnostic)
  case session(Diagnostic)
  /// An option of the command line that means nothing.
  case option(Diagnostic)

  var exitCode: Int32 {
    switch self {
    case .file(let error): error.exitCode
    case .parameter, .option: 2
    case .session: 1
    }
  }

  func diagnostic(systemMessage: (Int32) -> String) -> Diagnostic {
    switch self {
    case .file(let error): error.diagnostic(systemMessage: systemMessage)
    case .parameter(let diagnostic), .session(let diagnostic), .option(let diagnostic): diagnostic
    }
  }
}

/// Reads the file, or what was read in its place; `keepsOutputs` where the run writes to it.
func readForRun(
  _ path: String, input: [UInt8]? = nil, keepsOutputs: Bool
) throws(Refusal) -> (Notebook, original: [UInt8]) {
  do throws(NotebookError) {
    if let input { return (try parseNotebook(input), input) }
    let bytes = try readBytes(path)
    let notebook = try parseNotebook(bytes, path: path)
    if keepsOutputs, notebook.format == .qat { throw .noOutputsInText(path: path) }
    return (notebook, bytes)
  } catch { throw .file(error) }
}

/// The notebook's parameters with the values that were asked for.
func parameters(
  of notebook: Notebook, given: [(name: String, value: String)]
) throws(Refusal) -> Parameters {
  var parameters = Parameters(notebook)
  do throws(Diagnostic) {
    for (name, value) in given { try parameters.override(name, with: value) }
  } catch { throw .parameter(error) }
  return parameters
}

func opened(_ open: () -> Result<Interpreter, Diagnostic>) throws(Refusal) -> Interpreter {
  switch open() {
  case .success(let interpreter): return interpreter
  case .failure(let diagnostic): throw .session(diagnostic)
  }
}

/// Replaces the file, unless somebody else wrote to it during the run.
func write(_ notebook: Notebook, to path: String, over original: [UInt8]) throws(NotebookError) {
  guard try readBytes(path) == original else { throw .changedMeanwhile(path: path) }
  try replaceFile(path, with: notebook.ipynbText)
}

/// Writes what a notebook has otherwise than the file and leaves all else in it byte for byte, unless somebody else
/// wrote to it during the run.
func patch(
  _ notebook: Notebook, with changed: Notebook, at path: String, over original: [UInt8]
) throws(NotebookError) {
  guard try readBytes(path) == original else { throw .changedMeanwhile(path: path) }
  let bytes: [UInt8]
  do { bytes = try notebook.patched(original, with: changed) } catch {
    throw .notJSON(path: path, error: error)
  }
  try replaceFile(path, with: bytes)
}

extension Notebook {
  /// What its code cells depend on: the programs as they would run, with their parameters' values.
  func dependencies(_ parameters: Parameters) -> DependencyGraph {
    DependencyGraph(
      programs: cells.filter { $0.kind == .code }.map { cell in
        guard !cell.isSkipped, !cell.isBlank else { return nil }
        if cell.holdsParameters { return parameters.program(of: cell) }
        return (try? parameters.substitute(in: cell.source)) ?? cell.source
      })
  }
}

extension Parameters {
  /// A cell of parameters with the values that hold.
  fileprivate func program(of cell: NotebookCell) -> String {
    ParameterCell(cell.source).definitions
      .map { "\($0.name) = \(values[$0.name, default: $0.value].literal)" }.joined(separator: "\n")
  }
}

extension NotebookPresenter {
  /// Tells why nothing runs, to people and where `json` asks for it to programs; returns the exit code.
  func refuse(_ refusal: Refusal, json: Bool) -> Int32 {
    let diagnostic = refusal.diagnostic(systemMessage: systemMessage)
    problem(diagnostic)
    if json {
      let record = CellRecord(number: 0, source: "", status: .error, diagnostics: [diagnostic])
      jsonLine(JSONValue.object(record.json).line)
    }
    return refusal.exitCode
  }
}
