import Language

/// A program as equal programs have it in common, however they are laid out: its bound statements, with options in the
/// order of their names and numbers by their value.
///
/// Of a text that can't be bound, its tokens without comments and spaces.
package func programText(_ source: String) -> String {
  let program = parse(source, vocabulary: Command.vocabulary)
  let (bound, problems) = bind(program)
  guard problems.isEmpty, program.diagnostics.isEmpty else { return tokenText(source) }
  return bound.map { $0.1.plainText }.joined(separator: "\n")
}

/// The tokens of a text, one after the other, with a line's end where one ends.
package func tokenText(_ source: String) -> String {
  let file = SourceFile(source)
  var text = ""
  var endsLine = true
  for token in tokenize(source) {
    switch token.kind {
    case .comment, .continuation: continue
    case .newline:
      if !endsLine { text += "\n\0" }
      endsLine = true
    default:
      text += String(file.text(of: token.range)) + "\0"
      endsLine = false
    }
  }
  return endsLine ? text : text + "\n\0"
}

extension Arguments {
  /// The statement in one line that binds to the same.
  fileprivate var plainText: String {
    let name = (statement.timing.map { $0.text + " " } ?? "") + (target.map { $0.text + " = " } ?? "")
    let options = clauses.sorted { $0.key < $1.key }.map { $0.key + " " + $0.value.value.plainText }
    return name + ([verb.text] + operands.map(\.value.plainText) + options).joined(separator: " ")
  }
}

extension BoundValue {
  fileprivate var plainText: String {
    switch self {
    case .count(let count): "\(count)"
    case .real(let number): "\(number)"
    case .word(let word): word.text
    case .text(let text): quoted(text)
    case .counts(let counts): counts.map { "\($0)" }.joined(separator: ", ")
    case .texts(let texts): texts.map(quoted).joined(separator: ", ")
    case .chain(let chain): chain.layers.map(\.plainText).joined(separator: " > ")
    case .flag: ""
    case .calls(let calls): calls.map(\.plainText).joined(separator: ", ")
    case .arguments(let call): call.plainText
    }
  }
}

extension Call {
  fileprivate var plainText: String {
    let written = arguments.map { ($0.label.map { $0.text + ": " } ?? "") + $0.value.plainText }
    return name.text + "(" + written.joined(separator: ", ") + ")"
  }
}

extension Expression {
  fileprivate var plainText: String {
    switch self {
    case .name(let word): word.text
    case .number(let literal): "\(literal.value)"
    case .percentage(let literal): "\(literal.value / 100)"
    case .string(let literal): quoted(literal.value)
    case .call(let call): call.plainText
    case .list(let elements, _): "[" + elements.map(\.plainText).joined(separator: ", ") + "]"
    case .pair(let word, let value, _): word.text + ": " + value.plainText
    case .chain(let chain): chain.layers.map(\.plainText).joined(separator: " > ")
    }
  }
}
