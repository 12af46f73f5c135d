import Language

/// A cell tagged `parameters`: lines `name = value` that give parameters their defaults.
///
/// It defines `$name` for the cells of the notebook and isn't a program itself.
struct ParameterCell {
  struct Definition: Equatable {
    var name: String
    var value: ParameterValue
  }

  var definitions: [Definition] = []
  /// Lines that define nothing.
  var diagnostics: [Diagnostic] = []

  init(_ source: String) {
    let file = SourceFile(source)
    var names: Set<String> = []
    var line: [Token] = []
    for token in tokenize(source) {
      if token.kind == .newline {
        read(line, file, &names)
        line = []
      } else if token.kind != .comment {
        line.append(token)
      }
    }
    read(line, file, &names)
  }

  private mutating func read(_ tokens: [Token], _ file: SourceFile, _ names: inout Set<String>) {
    guard let first = tokens.first, let last = tokens.last else { return }
    let text = { (token: Token) in String(file.text(of: token.range)) }
    if tokens.count == 3, first.kind == .word, tokens[1].kind == .equals, isParameterName(text(first)),
      let value = ParameterValue(literal: text(last))
    {
      if !names.insert(text(first)).inserted {
        diagnostics.append(.parameterTwice(text(first), first.range))
      }
      definitions.append(Definition(name: text(first), value: value))
    } else {
      diagnostics.append(.noParameter(first.range.joined(with: last.range)))
    }
  }
}

/// Letters, digits and `_`, a letter first: what can follow `$`.
func isParameterName(_ name: String) -> Bool {
  guard let first = name.unicodeScalars.first, isASCIILetter(first) else { return false }
  return name.unicodeScalars.allSatisfy(continuesParameterName)
}

func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool {
  ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
}

func continuesParameterName(_ scalar: Unicode.Scalar) -> Bool {
  isASCIILetter(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
}
