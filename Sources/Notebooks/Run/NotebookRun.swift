package import Interpreter
package import Language
package import Training

/// What to run and how.
package struct NotebookOptions: Sendable {
  package var path: String
  /// Names and values that replace a notebook's defaults.
  package var parameters: [(name: String, value: String)]
  package var json: Bool
  package var inPlace: Bool

  package init(path: String, parameters: [(name: String, value: String)], json: Bool, inPlace: Bool) {
    self.path = path
    self.parameters = parameters
    self.json = json
    self.inPlace = inPlace
  }
}

/// Runs a notebook's code cells in order and stops at the first that fails.
///
/// `openSession` is called once the file proved to be a notebook. Returns the exit code: 0 fine, 1 a cell
/// failed or the file is no notebook, 2 wrong use, 130 interrupted.
package func runNotebook(
  _ options: NotebookOptions, presenter: NotebookPresenter, cancellation: Cancellation,
  openSession: () -> Result<Interpreter, Diagnostic>
) -> Int32 {
  do throws(Refusal) {
    return try start(options, presenter, cancellation, openSession)
  } catch {
    let diagnostic = error.diagnostic(systemMessage: presenter.systemMessage)
    presenter.problem(diagnostic)
    if options.json {
      let record = CellRecord(number: 0, source: "", status: .error, diagnostics: [diagnostic])
      presenter.jsonLine(JSONValue.object(record.json).line)
    }
    return error.exitCode
  }
}

/// What is wrong beside the cells.
private enum Refusal: Error {
  case file(NotebookError)
  case parameter(Diagnostic)
  case session(Diagnostic)

  var exitCode: Int32 {
    switch self {
    case .file(let error): error.exitCode
    case .parameter: 2
    case .session: 1
    }
  }

  func diagnostic(systemMessage: (Int32) -> String) -> Diagnostic {
    switch self {
    case .file(let error): error.diagnostic(systemMessage: systemMessage)
    case .parameter(let diagnostic), .session(let diagnostic): diagnostic
    }
  }
}

private func start(
  _ options: NotebookOptions, _ presenter: NotebookPresenter, _ cancellation: Cancellation,
  _ openSession: () -> Result<Interpreter, Diagnostic>
) throws(Refusal) -> Int32 {
  var (notebook, original) = try read(options)
  let parameters = try parameters(of: notebook, options)
  let interpreter: Interpreter
  switch openSession() {
  case .success(let opened): interpreter = opened
  case .failure(let diagnostic): throw .session(diagnostic)
  }
  let run = NotebookRun(
    interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
    json: options.json)
  let code = run.cells(of: &notebook)
  if options.inPlace {
    notebook.noteRun(parameters)
    do { try write(notebook, to: options.path, over: original) } catch { throw .file(error) }
  }
  return code
}

private func read(_ options: NotebookOptions) throws(Refusal) -> (Notebook, original: [UInt8]) {
  do throws(NotebookError) {
    let bytes = try readBytes(options.path)
    let notebook = try parseNotebook(bytes, path: options.path)
    if options.inPlace, notebook.format == .qat { throw .noOutputsInText(path: options.path) }
    return (notebook, bytes)
  } catch { throw .file(error) }
}

private func parameters(of notebook: Notebook, _ options: NotebookOptions) throws(Refusal) -> Parameters {
  var parameters = Parameters(notebook)
  do throws(Diagnostic) {
    for (name, value) in options.parameters { try parameters.override(name, with: value) }
  } catch { throw .parameter(error) }
  return parameters
}

/// Replaces the file, unless somebody else wrote to it during the run.
private func write(_ notebook: Notebook, to path: String, over original: [UInt8]) throws(NotebookError) {
  guard try readBytes(path) == original else { throw .changedMeanwhile(path: path) }
  try replaceFile(path, with: notebook.ipynbText)
}

private struct NotebookRun {
  let interpreter: Interpreter
  let parameters: Parameters
  let presenter: NotebookPresenter
  let cancellation: Cancellation
  let json: Bool

  /// Runs the cells and puts their outputs into the notebook; returns the exit code.
  func cells(of notebook: inout Notebook) -> Int32 {
    for note in interpreter.openingNotes { presenter.output(note, SourceFile("")) }
    var code: Int32?
    var number = 0
    for index in notebook.cells.indices {
      let cell = notebook.cells[index]
      if cell.kind == .code { number += 1 }
      if code == nil, !presenter.isRead() { code = 130 }
      guard code == nil, cell.kind == .code, !cell.isBlank, !cell.isSkipped else {
        if code == nil, cell.kind == .markdown { presenter.markdown(cell.source) }
        // What wasn't run in this run has no outputs in its file; a cell that is always skipped keeps its own.
        if cell.kind == .code, !cell.isSkipped { notebook.cells[index].clear() }
        continue
      }
      let record = run(cell, number)
      if json { presenter.jsonLine(JSONValue.object(record.json).line) }
      presenter.finished(record)
      notebook.cells[index].keep(record, plainText: presenter.plainText)
      code = exitCode(after: record, cell)
    }
    return code ?? (presenter.isRead() ? 0 : 130)
  }

  private func exitCode(after record: CellRecord, _ cell: NotebookCell) -> Int32? {
    switch record.status {
    case .ok: nil
    case .error: cell.mayFail ? nil : 1
    case .interrupted: 130
    }
  }

  private func run(_ cell: NotebookCell, _ number: Int) -> CellRecord {
    if cancellation.isCancelled {
      return CellRecord(number: number, source: cell.source, status: .interrupted)
    }
    if cell.holdsParameters { return define(cell, number) }
    do throws(Diagnostic) {
      return execute(try parameters.substitute(in: cell.source), number)
    } catch {
      presenter.program(cell.source)
      return refuse(cell.source, number, [error])
    }
  }

  /// A cell of parameters runs nothing; it says which values hold.
  private func define(_ cell: NotebookCell, _ number: Int) -> CellRecord {
    presenter.program(cell.source)
    let definitions = ParameterCell(cell.source)
    guard definitions.diagnostics.isEmpty else { return refuse(cell.source, number, definitions.diagnostics) }
    let changed = definitions.definitions.filter { parameters.overridden.contains($0.name) }
    let notes = changed.map { "\($0.name) = \(parameters.values[$0.name, default: $0.value].literal)" }
    let outputs = notes.isEmpty ? [] : [Output.note(notes.joined(separator: "\n"))]
    for output in outputs { presenter.output(output, SourceFile(cell.source)) }
    return CellRecord(number: number, source: cell.source, outputs: outputs)
  }

  private func refuse(_ source: String, _ number: Int, _ diagnostics: [Diagnostic]) -> CellRecord {
    for diagnostic in diagnostics { presenter.output(.diagnostic(diagnostic), SourceFile(source)) }
    return CellRecord(number: number, source: source, status: .error, diagnostics: diagnostics)
  }

  private func execute(_ program: String, _ number: Int) -> CellRecord {
    presenter.program(program)
    let source = SourceFile(program)
    var outputs: [Output] = []
    var diagnostics: [Diagnostic] = []
    let result = interpreter.execute(program, cancellation: cancellation) { output in
      switch output {
      case .text, .note, .table, .metric, .curve, .histogram: outputs.append(output)
      case .diagnostic(let diagnostic): diagnostics.append(diagnostic)
      case .progress: break
      }
      presenter.output(output, source)
      if !presenter.isRead() { cancellation.cancel() }
    }
    let others = result.diagnostics.filter { !diagnostics.contains($0) }
    return CellRecord(
      number: number, source: program, status: result.status, seconds: result.seconds,
      metrics: result.metrics,
      outputs: outputs, diagnostics: diagnostics + others)
  }
}
