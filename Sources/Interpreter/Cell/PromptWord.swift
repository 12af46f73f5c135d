/// Words alone on a line that are for the prompt, as other programs have them: `exit`, `quit()`, `clear`.
package enum PromptWord: Sendable {
  case leave, clear

  /// Nil for any other text.
  package init?(_ text: String) {
    var word = text.filter { !$0.isWhitespace }
    while word.last == ";" { word.removeLast() }
    if word.hasSuffix("()") { word.removeLast(2) }
    switch word.lowercased() {
    case "exit", "quit", "bye", "logout": self = .leave
    case "clear", "cls": self = .clear
    default: return nil
    }
  }

  /// What it does at the prompt.
  var words: String {
    switch self {
    case .leave: "leaves the prompt"
    case .clear: "clears the screen of the prompt"
    }
  }
}
