import Language

/// A program in a compact form: `teacher = (train resnet18 :epochs 3)`, chains in braces.
func tree(_ source: String) -> String {
  parse(source, vocabulary: .sample).statements.map(tree).joined(separator: "\n")
}

func tree(_ statement: Statement) -> String {
  let parts = [statement.verb.text] + statement.operands.map(tree) + statement.clauses.map(tree)
  return (statement.target.map { $0.text + " = " } ?? "") + "(" + parts.joined(separator: " ") + ")"
}

private func tree(_ clause: Clause) -> String {
  let value =
    switch clause.value {
    case .none: ""
    case .value(let value): " " + tree(value)
    case .calls(let calls): " " + calls.map(tree).joined(separator: ", ")
    case .arguments(let call): " " + tree(call)
    }
  return ":" + clause.keyword.text + value
}

private func tree(_ expression: Expression) -> String {
  switch expression {
  case .name(let word): word.text
  case .number(let literal): "\(literal.value)"
  case .percentage(let literal): "\(literal.value)%"
  case .string(let literal): literal.value.debugDescription
  case .call(let call): tree(call)
  case .list(let elements, _): "[" + elements.map(tree).joined(separator: " ") + "]"
  case .chain(let chain): "{" + chain.layers.map(tree).joined(separator: " > ") + "}"
  }
}

private func tree(_ call: Call) -> String {
  let arguments = call.arguments.map { ($0.label.map { $0.text + ": " } ?? "") + tree($0.value) }
  return call.name.text + (call.hasParentheses ? "(" + arguments.joined(separator: " ") + ")" : "")
}
