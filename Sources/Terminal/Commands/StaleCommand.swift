import Interpreter
import Language

extension ColonCommand {
  static let stale = ColonCommand(
    name: "stale", argument: nil, summary: "models that were made from something that is another now"
  ) { repl, _ in
    do {
      let stale = try repl.interpreter.staleModels()
      let rows = stale.map { [$0.name, $0.causes.map(\.words).joined(separator: "; ")] }
      repl.show(
        stale.isEmpty
          ? .text("no model is stale: all that they were made from is as it was")
          : .table(Table(columns: [.init("model"), .init("is stale because")], texts: rows)))
    } catch {
      repl.show(.unreadableSession(error))
    }
    return .stay
  }
}

extension Output {
  static func unreadableSession(_ error: any Error) -> Output {
    .diagnostic(Diagnostic(id: "unreadable-session", message: "the session can't be read: \(error)"))
  }
}
