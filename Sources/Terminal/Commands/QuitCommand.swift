extension ColonCommand {
  static let quit = ColonCommand(name: "quit", argument: nil, summary: "leaves; the session is kept") {
    _, _ in
    .leave
  }
}
