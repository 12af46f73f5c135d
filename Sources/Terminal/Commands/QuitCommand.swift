extension ColonCommand {
  static let quit = ColonCommand(
    name: "quit", argument: nil, summary: "leaves, as exit and quit do; the session is kept"
  ) {
    _, _ in
    .leave
  }
}
