package import Interpreter
package import Language
import Text
package import Training

/// Runs a notebook's code cells in document order in a fresh session and compares each with its saved result.
///
/// `openSession` is called once the file proved to be a notebook and every option to mean something, and
/// again for each run with other seeds. `openServed` opens the session whose results are served instead of
/// running cells that haven't changed. Returns the exit code: 0 fine, 1 a cell failed or the file is no
/// notebook, 2 wrong use, 3 a cell differs, 130 interrupted.
package func replayNotebook(
  _ options: ReplayOptions, presenter: NotebookPresenter, cancellation: Cancellation,
  openSession: () -> Result<Interpreter, Diagnostic>,
  openServed: (() -> Result<Interpreter, Diagnostic>)? = nil
) -> Int32 {
  do throws(Refusal) {
    return try start(options, presenter, cancellation, openSession, openServed)
  } catch {
    return presenter.refuse(error, json: options.json)
  }
}

private func start(
  _ options: ReplayOptions, _ presenter: NotebookPresenter, _ cancellation: Cancellation,
  _ openSession: () -> Result<Interpreter, Diagnostic>,
  _ openServed: (() -> Result<Interpreter, Diagnostic>)?
) throws(Refusal) -> Int32 {
  let (notebook, original) = try readForRun(options.path, keepsOutputs: false)
  guard notebook.format == .ipynb else { throw .file(.noResultsInText(path: options.path)) }
  let parameters = try parameters(of: notebook, given: options.parameters)
  if let report = options.junit {
    let files = notebook.dependencies(parameters).files
    do throws(NotebookError) { try requireOther(report, than: [options.path] + files) } catch {
      throw .file(error)
    }
  }
  var tolerances = Tolerances()
  do throws(Diagnostic) {
    for text in options.tolerances { try tolerances.add(text) }
  } catch { throw .option(error) }
  let conditions = options.threads.conditions(notebook.savedEnvironment)
  let ownThreads = RunConditions.ownThreads
  let replayed = conditions.compute { () -> Result<(NotebookReplay, SeedRuns?), Refusal> in
    do throws(Refusal) {
      let interpreter = try opened(openSession)
      interpreter.keepDataChecksums()
      interpreter.protect([options.path])
      let runner = CellRunner(
        interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
        version: options.version, served: try openServed.map(opened))
      var replay = NotebookReplay(
        notebook: notebook, options: options, tolerances: tolerances, runner: runner,
        ownThreads: ownThreads)
      replay.runCells()
      guard options.seeds > 0, replay.report.isWhole else { return .success((replay, nil)) }
      var seeds = SeedRuns(notebook: notebook, runner: runner)
      try seeds.run(options.seeds, openSession)
      return .success((replay, seeds))
    } catch { return .failure(error) }
  }
  var (replay, seeds) = try replayed.get()
  if seeds?.wasInterrupted ?? false { replay.interrupt() }
  replay.present(seeds)
  do {
    if let path = options.junit { try replaceFile(path, with: replay.report.junit) }
    if options.update, let updated = replay.updated(seeds) {
      try patch(notebook, with: updated, at: options.path, over: original)
    }
  } catch { throw .file(error) }
  return replay.report.exitCode
}
