import Interpreter
import Language

extension ColonCommand {
  static let stale = ColonCommand(
    name: "stale", argument: nil, summary: "models that were made from something that is another now"
  ) { repl, _ in
    do {
      repl.show(StaleModel.output(try repl.interpreter.staleModels()))
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
