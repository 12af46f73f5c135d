import Language

/// A tree as program text in one fixed layout, which parses to the same tree.
func program(_ statements: [Statement]) -> String {
  statements.map(program).joined(separator: "\n")
}

private func program(_ statement: Statement) -> String {
  var parts = statement.target.map { [$0.text, "="] } ?? []
  parts.append(statement.verb.text)
  for (index, operand) in statement.operands.enumerated() {
    parts.append(program(operand))
    // Only a definition has a network as its second operand right after the name's `=`.
    if index == 0, statement.verb.text == "model", case .chain? = statement.operands.dropFirst().first {
      parts.append("=")
    }
  }
  for clause in statement.clauses {
    switch clause.value {
    case .none: parts.append(clause.keyword.text)
    case .value(let value): parts += [clause.keyword.text, program(value)]
    case .calls(let calls): parts += [clause.keyword.text, calls.map(program).joined(separator: ", ")]
    case .arguments(let call): parts.append(program(call))
    }
  }
  return parts.joined(separator: " ")
}

private func program(_ expression: Expression) -> String {
  switch expression {
  case .name(let word): word.text
  case .number(let literal), .percentage(let literal): literal.text
  case .string(let literal): "\"" + literal.value.unicodeScalars.map(escaped).joined() + "\""
  case .call(let call): program(call)
  case .list(let elements, _): "[" + elements.map(program).joined(separator: ", ") + "]"
  case .chain(let chain): chain.layers.map(program).joined(separator: " > ")
  }
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\"": "\\\""
  case "\\": "\\\\"
  case "\n": "\\n"
  default: String(scalar)
  }
}

private func program(_ call: Call) -> String {
  let arguments = call.arguments.map { ($0.label.map { $0.text + ": " } ?? "") + program($0.value) }
  return call.name.text + (call.hasParentheses ? "(" + arguments.joined(separator: ", ") + ")" : "")
}
