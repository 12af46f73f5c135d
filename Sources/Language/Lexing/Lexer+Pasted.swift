/// What people paste or bring along from elsewhere at the start of a line: prompts, answers, magics.
extension Lexer {
  /// What a line begins with that was copied from a prompt.
  enum PastedPrompt {
    /// A prompt up to an index; `isOwn` where it is this program's.
    case prompt(end: Int, isOwn: Bool)
    /// No prompt, in a text that has them: what the program answered.
    case answer
  }

  /// The prompt that stands at the place; `goesOn` tells that the statement before it does.
  func pastedPrompt(goesOn: Bool, isTranscript: Bool) -> PastedPrompt? {
    var start = position
    while start < scalars.count, Self.isBlank(scalars[start]) { start += 1 }
    let line = scalars[start...].prefix(80).prefix { !Self.isLineEnd($0) }
    if let length = Self.length("qatlab>", line) { return .prompt(end: start + length, isOwn: true) }
    if let length = Self.length(">>>", line) ?? Self.length("In [", closedBy: "]:", line) {
      return .prompt(end: start + length, isOwn: false)
    }
    if Self.length("Out[", closedBy: "]:", line) != nil { return .answer }
    if goesOn, let end = continuation(from: start) { return .prompt(end: end, isOwn: false) }
    return isTranscript && !goesOn && !line.isEmpty ? .answer : nil
  }

  /// Where the text of a line begins behind the prompt of one that goes on: the sign that it waits for, then `>` or
  /// dots.
  private func continuation(from start: Int) -> Int? {
    guard start > position || scalars[start...].first == "." else { return nil }
    let signs: Set<Unicode.Scalar> = ["(", "[", ",", ">", "\\", "\"", ".", "…", "|", "│"]
    var end = start
    var isPrompt = false
    while end < scalars.count, signs.contains(scalars[end]) || Self.isBlank(scalars[end]) {
      isPrompt =
        isPrompt || (end > start + 1 && scalars[end] == ">") || scalars[end] == "." || scalars[end] == "…"
      end += 1
    }
    return isPrompt ? end : nil
  }

  private static func length(_ prompt: String, _ line: ArraySlice<Unicode.Scalar>) -> Int? {
    let prompt = Array(prompt.unicodeScalars)
    return line.starts(with: prompt) ? prompt.count : nil
  }

  /// `In [12]:`, with digits between.
  private static func length(
    _ opening: String, closedBy closing: String, _ line: ArraySlice<Unicode.Scalar>
  ) -> Int? {
    guard let start = length(opening, line) else { return nil }
    let digits = line.dropFirst(start).prefix { isDigit($0) || $0 == " " }.count
    return length(closing, line.dropFirst(start + digits)).map { start + digits + $0 }
  }
}

extension Lexer {
  /// Magics that change nothing of what a program gives: they may stay where they are.
  private static let idleMagics: Set<String> = [
    "matplotlib", "config", "load_ext", "reload_ext", "autoreload", "pylab", "time", "timeit", "precision",
    "capture",
    "colors", "xmode", "who", "whos", "pprint",
  ]

  /// Reads a line that is for IPython and not for this program: `%matplotlib inline`, `!ls`.
  mutating func scanMagic() {
    var start = position
    while start < scalars.count, Self.isBlank(scalars[start]) { start += 1 }
    guard start < scalars.count, scalars[start] == "%" || scalars[start] == "!" else { return }
    let isShell = scalars[start] == "!"
    let nameStart = scalars[start...].firstIndex { $0 != "%" && $0 != "!" } ?? scalars.count
    let name = Self.text(scalars[nameStart...].prefix(40).prefix { Self.isNamePart($0) })
    guard !name.isEmpty else { return }
    position = start
    scanComment()
    let range = range(from: start)
    if isShell {
      diagnostics.append(.shellCommand(name, range))
    } else {
      diagnostics.append(.magic(name, range, isIdle: Self.idleMagics.contains(name)))
    }
  }

  /// Reads a comment with another sign than `#`: `// …`, `% …`; false where none stands here.
  mutating func scanForeignComment() -> Bool {
    let start = position
    let isBehindBlank = start == 0 || Self.isBlank(scalars[start - 1]) || Self.isLineEnd(scalars[start - 1])
    let length: Int
    switch (peek(), peek(1)) {
    case ("/", "/") where isBehindBlank: length = 2
    case ("/", "*") where isBehindBlank && isBlankOrEnd(start + 2): length = 2
    case ("%", _) where isBehindBlank && isBlankOrEnd(start + 1):
      if scanDistantPercent() { return true }
      length = 1
    default: return false
    }
    position = start + length
    let sign = range(from: start)
    position = start
    scanComment()
    diagnostics.append(.foreignComment(text: Self.text(scalars[start..<start + length]), sign))
    return true
  }

  private func isBlankOrEnd(_ index: Int) -> Bool {
    index >= scalars.count || Self.isBlank(scalars[index]) || Self.isLineEnd(scalars[index])
  }

  /// `1 %`: the sign belongs to the number before it.
  private mutating func scanDistantPercent() -> Bool {
    guard let number = lexemes.last, number.kind == .number, !number.isFaulty else { return false }
    let start = position
    position += 1
    let range = range(from: start)
    lexemes[lexemes.count - 1].kind = .percentage
    lexemes[lexemes.count - 1].range = number.range.joined(with: range)
    diagnostics.append(.distantPercent(number.text, number.range.joined(with: range)))
    return true
  }

  /// True where nothing but a comment follows on the line, so that a semicolon before it separates nothing.
  func endsStatement(at index: Int) -> Bool {
    let rest = scalars[index...].drop { Self.isBlank($0) || $0 == ";" }
    return rest.first.map { Self.isLineEnd($0) || $0 == "#" } ?? true
  }
}

extension Diagnostic {
  static func magic(_ name: String, _ range: SourceRange, isIdle: Bool) -> Diagnostic {
    Diagnostic(
      id: "magic", severity: isIdle ? .warning : .error,
      message: "\(quoted("%" + name)) is a magic of IPython, and this is no Python", range: range,
      label: isIdle ? "the line is passed over" : "leave the line out", suggestion: "")
  }

  static func shellCommand(_ name: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "shell-command",
      message: "\(quoted("!" + name)) is a command of the shell, which doesn't work here",
      range: range, label: "leave the line out", suggestion: "")
  }

  static func foreignComment(text: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "foreign-comment", message: "\(quoted(text)) begins no comment", range: range,
      label: "a comment begins with #", suggestion: "#")
  }

  static func distantPercent(_ number: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "malformed-number", message: "\"%\" follows its number without a space", range: range,
      label: "write \(number)%", suggestion: number + "%")
  }
}
