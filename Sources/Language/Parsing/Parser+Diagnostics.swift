import Text

extension Diagnostic {
  private static let countID = "more-problems"

  /// True where it only says how many others there are.
  package var isCount: Bool { id == Self.countID }

  static func notShown(_ count: Int) -> Diagnostic {
    Diagnostic(
      id: countID, severity: .note,
      message: count == 1 ? "1 more problem is not shown" : "\(grouped(count)) more problems are not shown")
  }

  static func nothingAfterBackslash(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "unexpected-end", message: "nothing follows \"\\\"", range: range,
      label: "the line goes on, but the cell ends here", suggestion: "")
  }

  static func unexpected(_ lexeme: Lexeme, text: Substring, after previous: Lexeme?) -> Diagnostic {
    let isSecondEquals = lexeme.kind == .equals && previous?.kind == .equals
    return Diagnostic(
      id: "unexpected-token", message: "unexpected \(quoted(text))", range: lexeme.range,
      label: isSecondEquals ? "one = is enough" : nil,
      notes: lexeme.kind == .leftParenthesis ? ["parentheses follow a name: conv(16, 3)"] : [],
      suggestion: isSecondEquals ? "" : nil)
  }
}

// Brackets.
extension Diagnostic {
  static func unclosedBracket(
    _ opener: Lexeme, fragment: Substring, before next: Lexeme?, end: SourceRange
  ) -> Diagnostic {
    let (open, close) = opener.kind == .leftParenthesis ? ("(", ")") : ("[", "]")
    // Bytes are counted at once, characters one by one.
    let isShort = fragment.utf8.count <= 240 && fragment.count <= 60 && !fragment.contains { $0.isNewline }
    let message =
      next == nil ? "\"\(open)\" is never closed" : "\"\(open)\" is not closed before \"\(other(close))\""
    return Diagnostic(
      id: "unclosed-bracket", message: message, range: opener.range, label: "\"\(close)\" is missing",
      notes: isShort ? ["try: \(fragment)\(close)"] : [], edit: Edit(range: end, text: close))
  }

  private static func other(_ closing: String) -> String { closing == ")" ? "]" : ")" }

  static func mismatchedBracket(_ opener: Lexeme, closedBy closing: Lexeme) -> Diagnostic {
    let (open, right, wrong) = opener.kind == .leftParenthesis ? ("(", ")", "]") : ("[", "]", ")")
    return Diagnostic(
      id: "mismatched-bracket", message: "\"\(open)\" is closed by \"\(wrong)\"", range: closing.range,
      label: "write \(right)", suggestion: right)
  }

  static func unopenedBracket(_ closing: Lexeme) -> Diagnostic {
    let (close, open) = closing.kind == .rightParenthesis ? (")", "(") : ("]", "[")
    return Diagnostic(
      id: "unopened-bracket", message: "\"\(close)\" closes nothing", range: closing.range,
      label: "no \"\(open)\" is open here", suggestion: "")
  }

  static func spaceBeforeParenthesis(_ name: Word, _ range: SourceRange, gap: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "space-before-parenthesis", message: "\"(\" must follow \(quoted(name.text)) without a space",
      range: gap, label: name.text.count <= 40 ? "write \(name.text)(" : nil, suggestion: "(")
  }

  static func tooDeep(_ range: SourceRange, limit: Int) -> Diagnostic {
    Diagnostic(
      id: "nesting-too-deep", message: "brackets are nested too deep", range: range,
      label: "at most \(limit) may be open")
  }
}

// The head of a statement.
extension Diagnostic {
  static func noCommand(at lexeme: Lexeme, text: Substring) -> Diagnostic {
    if lexeme.kind == .colon {
      return Diagnostic(
        id: "missing-command", message: "a command can't begin with \":\"", range: lexeme.range,
        label: "colon commands work only at the prompt")
    }
    return Diagnostic(
      id: "missing-command", message: "\(quoted(text)) is not a command", range: lexeme.range,
      notes: ["a line begins with a command, or with a name and =: teacher = train resnet18", "try: help"])
  }

  static func nothingAssigned(to name: Word, _ equals: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "missing-command", message: "\(quoted(name.text)) is given no value", range: equals,
      label: "a command is missing after =", notes: ["try: \(name.text) = train resnet18"])
  }

  static func colonForEquals(_ colon: Lexeme, after name: Word) -> Diagnostic {
    Diagnostic(
      id: "unexpected-token", message: "\(quoted(name.text)) is given its value with =, not with :",
      range: colon.range, label: "write =", suggestion: "=")
  }

  static func dottedTarget(_ name: Word) -> Diagnostic {
    let plain = String(name.text.map { $0 == "." ? "_" : $0 })
    return Diagnostic(
      id: "invalid-name", message: "\(quoted(name.text)) can't name a model", range: name.range,
      label: "a dot leads to a part of a model", suggestion: plain)
  }

  static func versionTarget(_ name: Word) -> Diagnostic {
    Diagnostic(
      id: "invalid-name", message: "\(quoted(name.text)) can't name what is made", range: name.range,
      label: "versions get their numbers by themselves",
      suggestion: String(name.text.prefix { $0 != "@" }))
  }

  static func commandWithParentheses(
    _ verb: Word, _ opening: SourceRange, plain: String?, edit: Edit?
  ) -> Diagnostic {
    Diagnostic(
      id: "command-with-parentheses", message: "a command takes no parentheses", range: opening,
      label: "write the words after \(quoted(verb.text)) with spaces between",
      notes: (plain.map { $0.count <= 80 ? ["try: \($0)"] : [] }) ?? [], edit: edit)
  }
}

// Networks.
extension Diagnostic {
  static func networkWithoutModel(_ first: Word, target: Word?, network: Substring) -> Diagnostic {
    // `model = conv(…)` lacks the name, not the command.
    let name = target.map { $0.text == "model" ? "tiny" : $0.text } ?? "tiny"
    return Diagnostic(
      id: "missing-command", message: "a network is defined with the command \"model\"", range: first.range,
      label: "\(quoted(first.text)) is not a command", notes: definition(of: name, network))
  }

  static func networkWithoutName(at first: Lexeme, network: Substring) -> Diagnostic {
    Diagnostic(
      id: "missing-name", message: "the network has no name", range: first.range,
      label: "a name and = belong before it", notes: definition(of: "tiny", network))
  }

  static func networkWithoutEquals(_ name: Word, network: Substring) -> Diagnostic {
    Diagnostic(
      id: "missing-equals", message: "\"=\" is missing after \(quoted(name.text))", range: name.range,
      notes: definition(of: name.text, network), suggestion: name.text + " =")
  }

  static func noNetwork(_ name: Word, _ equals: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "missing-layer", message: "\(quoted(name.text)) is given no layers", range: equals,
      label: "layers are missing after =",
      notes: definition(of: name.text, "conv(16, 3) > relu > pool(2) > fc(10)"))
  }

  static func noLayer(beside separator: SourceRange, side: String) -> Diagnostic {
    Diagnostic(
      id: "missing-layer", message: "a layer is missing \(side) \">\"", range: separator,
      notes: ["try: conv(16, 3) > relu > fc(10)"], suggestion: "")
  }

  static func notALayer(_ range: SourceRange, text: Substring) -> Diagnostic {
    Diagnostic(
      id: "not-a-layer", message: "\(quoted(text)) is not a layer", range: range,
      notes: ["a layer is a name or a call: relu, conv(16, 3)"])
  }

  static func layersNotJoined(at next: Lexeme) -> Diagnostic {
    Diagnostic(
      id: "missing-separator", message: "\">\" is missing before \(quoted(next.text))", range: next.range,
      label: "layers are joined with >", suggestion: "> " + next.text)
  }

  private static func definition(of name: String, _ network: Substring) -> [String] {
    network.count <= 60 && !network.contains { $0.isNewline } ? ["try: model \(name) = \(network)"] : []
  }
}

// Clauses.
extension Diagnostic {
  static func missingValue(of keyword: Word) -> Diagnostic {
    Diagnostic(
      id: "missing-value", message: "\(keyword.text) needs a value", range: keyword.range,
      label: "write it after the word")
  }

  static func missingCall(of keyword: Word) -> Diagnostic {
    Diagnostic(
      id: "missing-value", message: "\(keyword.text) needs a call", range: keyword.range,
      label: "write it after the word", notes: ["a call is a name with arguments: kd(teacher, 0.5)"])
  }

  static func notACall(_ range: SourceRange, text: Substring, after keyword: Word) -> Diagnostic {
    Diagnostic(
      id: "missing-value", message: "\(keyword.text) needs a call, not \(quoted(text))", range: range,
      notes: ["a call is a name with arguments: kd(teacher, 0.5)"])
  }

  /// `words` are what stands after the keyword and belongs into its parentheses.
  static func missingParentheses(of keyword: Word, around words: [Substring], _ range: SourceRange)
    -> Diagnostic
  {
    let inside = words.joined(separator: ", ")
    let edit = words.isEmpty ? nil : Edit(range: range, text: "\(keyword.text)(\(inside))")
    return Diagnostic(
      id: "missing-parentheses", message: "\(keyword.text) takes what it is for in parentheses",
      range: keyword.range, label: "\"(\" must follow it without a space",
      notes: words.isEmpty || inside.count > 60 ? [] : ["try: \(keyword.text)(\(inside))"], edit: edit)
  }

  static func strayPattern(_ range: SourceRange, text: String) -> Diagnostic {
    Diagnostic(
      id: "unexpected-token", message: "\(quoted(text[...])) can't stand here", range: range,
      label: "* stands for any text only where layers are named, or models to compare",
      notes: ["as in bits(layer1.*: 4, rest: 8)"])
  }

  static func valueInParentheses(of keyword: Word, _ opening: SourceRange, edit: Edit?) -> Diagnostic {
    Diagnostic(
      id: "unexpected-token", message: "\(keyword.text) takes its value without parentheses", range: opening,
      label: "write a space", edit: edit)
  }

  static func unknownOption(_ option: Lexeme, verb: Word, known: [String]) -> Diagnostic {
    let near = nearest(to: option.text, among: known)
    let list = known.prefix(24).joined(separator: ", ") + (known.count > 24 ? ", …" : "")
    return Diagnostic(
      id: "unknown-option", message: "\(verb.text) has no option \(quoted(option.text))", range: option.range,
      label: near.map { "did you mean \"\($0)\"?" },
      notes: near == nil && !known.isEmpty ? ["options of \(verb.text): \(list)"] : [], suggestion: near)
  }

  static func callsNotSeparated(at next: Lexeme) -> Diagnostic {
    Diagnostic(
      id: "missing-comma", message: "\",\" is missing before \(quoted(next.text))", range: next.range,
      suggestion: ", " + next.text)
  }

  static func repeatedOption(_ keyword: Word, earlier: Substring) -> Diagnostic {
    Diagnostic(
      id: "repeated-option", message: "\(keyword.text) is given twice", range: keyword.range,
      label: "after \(quoted(earlier))")
  }

  static func flagWithValue(_ keyword: Word, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "unexpected-value", message: "\(keyword.text) takes no value", range: range,
      label: "write the word alone, or leave it out", suggestion: "")
  }

  static func valueTooMany(
    _ range: SourceRange, text: Substring, after keyword: Word, edit: Edit?
  ) -> Diagnostic {
    Diagnostic(
      id: "unexpected-value", message: "unexpected \(quoted(text)) after the value of \(keyword.text)",
      range: range, edit: edit)
  }

  static func strayComma(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "unexpected-token", message: "unexpected \",\"", range: range,
      label: "words of a command are separated by spaces", suggestion: "")
  }

  /// `parts` are what a space would separate: "an option and its value".
  static func strayEquals(_ stray: Lexeme, text: Substring, between parts: String) -> Diagnostic {
    Diagnostic(
      id: "unexpected-token", message: "unexpected \(quoted(text))", range: stray.range,
      label: "\(parts) are separated by a space", suggestion: " ")
  }

  static func thousands(_ digits: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "malformed-number", message: "a number is written without commas", range: range,
      label: "write \(digits)", suggestion: digits)
  }
}

// Elements of calls and lists.
extension Diagnostic {
  static func nothingBeforeComma(_ comma: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "missing-argument", message: "nothing stands before \",\"", range: comma,
      label: "a value is missing, or the comma is one too many", suggestion: "")
  }

  static func nothingAfterComma(_ comma: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "missing-argument", message: "nothing stands after \",\"", range: comma,
      label: "a call is missing, or the comma is one too many", suggestion: "")
  }

  static func missingArgument(_ label: Word) -> Diagnostic {
    Diagnostic(
      id: "missing-value", message: "\(quoted(label.text)) needs a value", range: label.range,
      label: "write it after the colon")
  }

  /// `value` is what an argument with its label takes the place of.
  static func missingComma(
    before next: Lexeme, text: Substring, labelled: String?, value: SourceRange?
  ) -> Diagnostic {
    let edit = labelled.flatMap { words in value.map { Edit(range: $0, text: ", " + words) } }
    return Diagnostic(
      id: "missing-comma", message: "\",\" is missing before \(quoted(text))", range: next.range,
      notes: labelled.map { ["an argument with a name is written \($0)"] } ?? [],
      suggestion: edit == nil ? ", " + text : nil, edit: edit)
  }
}
