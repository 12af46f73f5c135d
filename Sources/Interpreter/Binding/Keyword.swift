package import Language

/// An option of a command: its name, what it takes, and what help says of it.
package struct Keyword: Sendable {
  package var name: String
  package var kind: ValueKind
  /// What holds where the keyword is left out, in words; nil where nothing does.
  package var otherwise: String?
  package var summary: String
  /// A value that could be written: "3".
  package var example: String?
  /// The option behind which alone it says something, as a unit does behind its number.
  package var behind: String?

  package init(
    _ name: String, _ kind: ValueKind, otherwise: String? = nil, example: String? = nil,
    behind: String? = nil, _ summary: String
  ) {
    self.behind = behind
    self.name = name
    self.kind = kind
    self.otherwise = otherwise
    self.summary = summary
    self.example = example
  }

  var place: Place {
    Place(noun: nil, name: name, example: example.map { written(name, $0) }, value: example)
  }

  package var form: Vocabulary.KeywordForm {
    switch kind {
    case .flag: .flag
    case .calls: .calls
    case .layers(.width), .layers(.named): .valueOrArguments
    case .layers(.storage), .widths: .arguments
    case .names, .runNumbers, .place: .values
    case .width, .count, .real, .choice, .model, .network, .newName, .text, .pattern, .either, .chain, .topic,
      .statement:
      .value
    }
  }
}

/// An option with its value, as a cell has it: `bits 4`, `bits(conv1: 8, rest: 4)`.
package func written(_ option: String, _ value: String) -> String {
  option + (value.isEmpty || value.hasPrefix("(") ? "" : " ") + value
}

/// A place after the verb that is filled by position.
package struct Operand: Sendable {
  /// How often it is filled: `many` from none on, `several` from one on.
  package enum Arity: Sendable { case one, optional, many, several }

  /// What it stands for, fit for "train needs …": "a network".
  package var name: String
  package var kind: ValueKind
  package var arity: Arity

  package init(_ name: String, _ kind: ValueKind, _ arity: Arity = .one) {
    self.name = name
    self.kind = kind
    self.arity = arity
  }

  func place(in command: Command) -> Place {
    let noun = name.hasPrefix("a ") ? String(name.dropFirst(2)) : name
    return Place(noun: noun, name: command.name, example: command.examples.first)
  }
}

/// What a value is written for, as a diagnostic names it.
package struct Place: Sendable {
  /// What the value should name, for an operand: "data set"; nil for an option.
  package var noun: String?
  /// The option, or the command whose operand it is.
  package var name: String
  /// Words that could be written instead.
  package var example: String?
  /// The value among them; nil for an operand.
  package var value: String?

  /// The example with another value at its end; as it is where there is none.
  func example(with other: String?) -> String? {
    guard let other, let example, let value, example.hasSuffix(value) else { return example }
    return example.dropLast(value.count) + other
  }
}
