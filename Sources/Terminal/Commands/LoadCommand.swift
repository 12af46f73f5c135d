import Interpreter
import Language

extension ColonCommand {
  static let load = ColonCommand(
    name: "load", argument: "FILE [force]",
    summary: "runs the cells of a .qat or .ipynb file, or its statements, up to the first that fails"
  ) { repl, argument in
    let source = FileArgument(argument)
    guard !source.path.isEmpty else {
      repl.show(
        .diagnostic(
          Diagnostic(
            id: "missing-file-name", message: ":load needs a file name", range: repl.argumentRange,
            notes: ["try: :load lesson.qat"])))
      return .stay
    }
    do throws(Diagnostic) {
      let file = try CellFile(path: homeExpanded(source.path))
      let lost = source.isForced ? [] : repl.unsaved(replacedBy: file)
      if !lost.isEmpty, !repl.confirms(question(source.path, lost)) {
        repl.show(.note("nothing was run; :load \(source.path) force goes on without a question"))
        return .stay
      }
      return repl.run(file, of: source.path, echoes: true)
    } catch {
      var diagnostic = error
      diagnostic.range = diagnostic.range ?? repl.argumentRange
      repl.show(.diagnostic(diagnostic))
      return .stay
    }
  }
}

private func question(_ path: String, _ names: [String]) -> String {
  let isOne = names.count == 1
  return
    "\(path) makes \(names.joined(separator: ", ")) anew, which \(isOne ? "is" : "are") saved in no file: run it?"
}

extension REPL {
  /// Models and networks that stand in the session, were not saved since, and that the cells of a file make anew.
  func unsaved(replacedBy file: CellFile) -> [String] {
    guard savedState == nil || savedState != interpreter.state, let standing = try? interpreter.knownNames
    else {
      return []
    }
    var known = standing
    var names: Set<String> = []
    for cell in file.cells where !cell.text.hasPrefix(":") {
      for case .model(let name) in Footprint(ofProgram: cell.text, &known).defines { names.insert(name) }
    }
    return standing.all.filter(names.contains)
  }

  /// Runs a file's cells; with `echoes` each is shown as if it had been typed, and the first that fails ends it.
  func run(_ file: CellFile, of name: String, echoes: Bool) -> ColonCommand.Outcome {
    for (index, cell) in file.cells.enumerated() {
      if echoes { echo(cell.text) }
      switch take(cell.text) {
      case .leave: return .leave
      case .ok: continue
      case .failed(let isInterrupted):
        let place = cell.line.map { "in line \($0) of \(name)" } ?? "in cell \(index + 1) of \(name)"
        let left = file.cells.count - index - 1
        let rest = echoes && left > 0 ? "; \(left) more not run" : ""
        remark(place + rest)
        if echoes || isInterrupted { return .stay }
      }
    }
    return .stay
  }

  private enum Taken {
    case ok, leave
    case failed(isInterrupted: Bool)
  }

  private func take(_ text: String) -> Taken {
    guard text.hasPrefix(":") else {
      return switch execute(text) {
      case .ok: .ok
      case .error: .failed(isInterrupted: false)
      case .interrupted: .failed(isInterrupted: true)
      }
    }
    // A file that loads itself would never end.
    guard loadDepth < 8 else {
      show(
        .diagnostic(
          Diagnostic(id: "load-depth", message: "files load one another more than eight deep")))
      return .failed(isInterrupted: false)
    }
    loadDepth += 1
    defer { loadDepth -= 1 }
    switch runColonLine(text) {
    case nil: return .failed(isInterrupted: false)
    case .leave?: return .leave
    case .stay?: return .ok
    }
  }
}
