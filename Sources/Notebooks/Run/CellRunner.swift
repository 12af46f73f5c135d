import Interpreter
import Language
import Training

/// Runs single code cells of a notebook in a session.
struct CellRunner {
  let interpreter: Interpreter
  let parameters: Parameters
  let presenter: NotebookPresenter
  let cancellation: Cancellation
  /// Of the program.
  var version = ""
  /// Keeps results in the session, from which a replay can serve them.
  var keepsResults = false
  /// The session whose results are served where nothing that they follow from was changed.
  var served: Interpreter?

  func run(_ cell: NotebookCell, _ number: Int) -> CellRecord {
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
    let key =
      keepsResults || served != nil ? interpreter.cellKey(of: program, version: version) : nil
    if let key, let record = serve(program, number, key) { return record }
    let source = SourceFile(program)
    var outputs: [Output] = []
    let result = interpreter.execute(program, cancellation: cancellation) { output in
      outputs.append(output)
      presenter.output(output, source)
      if !presenter.isRead() { cancellation.cancel() }
    }
    var record = CellRecord(number: number, source: program, result, outputs)
    record.files = interpreter.lastFiles
    if keepsResults, let key, record.status == .ok { interpreter.keep(record.kept, key: key) }
    return record
  }

  /// The result of an earlier run with the changes that it made; nil where there is none.
  private func serve(_ program: String, _ number: Int, _ key: String) -> CellRecord? {
    guard let served, let kept = served.keptCell(key),
      interpreter.repeatChanges(of: kept, from: served, source: program)
    else { return nil }
    var record = CellRecord(number: number, source: program, kept)
    record.isServed = true
    presenter.output(
      .note("not run: served from the session, where this cell gave it before"), SourceFile(""))
    for output in record.outputs { presenter.output(output, SourceFile(program)) }
    return record
  }
}
