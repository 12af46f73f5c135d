extension ColonCommand {
  static let clear = ColonCommand(name: "clear", argument: nil, summary: "clears the screen; clear does too")
  {
    repl, _ in
    repl.clearScreen()
    return .stay
  }
}
