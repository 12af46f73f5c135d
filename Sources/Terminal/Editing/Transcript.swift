/// Text that was copied from a prompt, with prompts and outputs between the cells.
package enum Transcript {
  /// The cells alone; text that doesn't start at a prompt comes back as it is.
  ///
  /// Lines of the prompt itself, such as `:history`, are left out too.
  package static func withoutPrompts(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }), typed(at: first) != nil else {
      return trimmed(text)
    }
    var cells: [Substring] = []
    var goesOn = false
    for line in lines {
      if let text = typed(at: line) ?? (goesOn ? continued(line) : nil) {
        goesOn = true
        if !text.hasPrefix(":"), !text.allSatisfy(\.isWhitespace) { cells.append(text) }
      } else {
        goesOn = false
      }
    }
    return cells.joined(separator: "\n")
  }

  /// What stands behind a prompt; nil for another line.
  private static func typed(at line: Substring) -> Substring? {
    let line = line.drop { $0 == " " }
    let prompt = Prompt.first.dropLast()
    guard line.hasPrefix(prompt) else { return nil }
    let rest = line.dropFirst(prompt.count)
    return rest.first == " " ? rest.dropFirst() : rest.isEmpty ? rest : nil
  }

  /// What stands behind a prompt of a line that goes on.
  private static func continued(_ line: Substring) -> Substring? {
    let prompts = ["(", "[", ",", ">", "\\"].map { Prompt.continuation(reason: $0) }
    for prompt in prompts + [Prompt.continuation(reason: "")] where line.hasPrefix(prompt.dropLast(2)) {
      return line.dropFirst(prompt.count)
    }
    return nil
  }

  private static func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == "\n" }.reversed())
  }
}
