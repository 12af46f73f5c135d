import Interpreter

extension ColonCommand {
  static let stale = ColonCommand(
    name: "stale", argument: nil, summary: "models that were made from something that is another now"
  ) { repl, _ in
    let stale = repl.interpreter.staleModels
    guard !stale.isEmpty else {
      repl.show(.text("no model is stale: all that they were made from is as it was"))
      return .stay
    }
    let rows = stale.map { [$0.name, $0.causes.map(\.words).joined(separator: "; ")] }
    repl.show(.table(Table(columns: [.init("model"), .init("is stale because")], texts: rows)))
    return .stay
  }
}
