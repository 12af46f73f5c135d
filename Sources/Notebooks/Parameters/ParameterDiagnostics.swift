import Language

extension Diagnostic {
  static func unknownParameter(_ name: String, known: [String]) -> Diagnostic {
    guard !known.isEmpty else {
      return Diagnostic(
        id: "unknown-parameter", message: "the notebook has no parameters, so \(quoted(name)) can't be set",
        notes: [
          "a code cell tagged \"parameters\" defines them, in lines like \(name) = 3; other cells write $\(name)"
        ])
    }
    let near = nearest(to: name, among: known)
    let guess = near.map { [#"did you mean "\#($0)"?"#] } ?? []
    return Diagnostic(
      id: "unknown-parameter", message: "the notebook has no parameter \(quoted(name))",
      notes: guess + ["its parameters are \(known.joined(separator: ", "))"], suggestion: near)
  }

  static func notANumber(_ name: String, _ text: String, standard: String) -> Diagnostic {
    Diagnostic(
      id: "parameter-not-a-number",
      message: "parameter \(quoted(name)) is a number, and \(quoted(text)) is none",
      notes: ["try: -p \(name)=\(standard)"], suggestion: "\(name)=\(standard)")
  }

  static func undefinedParameter(_ name: String, _ range: SourceRange, known: [String]) -> Diagnostic {
    let near = nearest(to: name, among: known)
    let remedy =
      known.isEmpty
      ? "a code cell tagged \"parameters\" defines them, in lines like \(name) = 3"
      : "the notebook's parameters are \(known.joined(separator: ", "))"
    return Diagnostic(
      id: "undefined-parameter", message: "no parameter is called \(quoted(name))", range: range,
      label: near.map { "did you mean \"$\($0)\"?" }, notes: [remedy], suggestion: near.map { "$" + $0 })
  }

  static func parameterTwice(_ name: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "parameter-twice", message: "parameter \(quoted(name)) is defined twice", range: range,
      label: "leave this line out", suggestion: "")
  }

  static func noParameter(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      id: "bad-parameter", message: "a parameter is a name, =, and a number, a word or a string",
      range: range,
      notes: ["the name has letters, digits and _ only", "try: epochs = 3"])
  }
}
