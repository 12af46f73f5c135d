package import Language

/// One command: the record that feeds the vocabulary, dispatch, binding, help and completion.
package struct Command: Sendable {
  /// Whether `name = command` means something.
  package enum Target: Sendable {
    case none
    /// The name holds the result, which is described so: "the trained model".
    case result(String)
  }

  package var name: String
  package var summary: String
  package var target: Target
  package var operands: [Operand]
  package var keywords: [Keyword]
  /// Its operands may be patterns, in which * stands for any text.
  package var takesPatterns: Bool
  /// Cells that parse and bind as they stand; the first is shown where something is missing.
  package var examples: [String]
  /// Why it does what it does, in a sentence or two for help; nil where the summary is enough.
  package var reasons: String?
  /// What a statement of it uses and changes, by the names that are known; without a session.
  package var footprint: @Sendable (Arguments, KnownNames) -> Footprint
  /// Resolves names and checks everything that can be known before anything runs.
  package var plan: @Sendable (Arguments, Workspace) throws -> Plan

  package init(
    _ name: String, _ summary: String, target: Target = .none, operands: [Operand] = [],
    keywords: [Keyword] = [], takesPatterns: Bool = false, examples: [String], reasons: String? = nil,
    footprint: @escaping @Sendable (Arguments, KnownNames) -> Footprint,
    plan: @escaping @Sendable (Arguments, Workspace) throws -> Plan
  ) {
    self.name = name
    self.summary = summary
    self.target = target
    self.operands = operands
    self.keywords = keywords
    self.takesPatterns = takesPatterns
    self.examples = examples
    self.reasons = reasons
    self.footprint = footprint
    self.plan = plan
  }

  package func keyword(named name: String) -> Keyword? { keywords.first { $0.name == name } }

  /// Its body is layers joined by `>`, behind a name of their own.
  var takesChain: Bool {
    operands.contains { if case .chain = $0.kind { true } else { false } }
  }

  /// The command's form on one line: "NAME = train NETWORK [epochs N] …".
  package var usage: String {
    var words: [String] = []
    if case .result = target { words.append("[NAME =]") }
    words.append(name)
    for operand in operands {
      let place = operand.kind.notation
      switch operand.arity {
      case .one: words.append(place)
      case .optional: words.append("[\(place)]")
      case .many: words.append("[\(place) …]")
      }
    }
    for keyword in keywords {
      let place = keyword.kind.notation
      words.append("[" + written(keyword.name, place) + "]")
    }
    return words.joined(separator: " ")
  }
}

extension Command {
  /// Every command, in the order in which help lists them.
  ///
  /// Adding one: its file, and a line here.
  package static let all: [Command] = [
    .data, .model, .load, .train, .distill, .ptq, .dynamic, .rescale, .qat, .convert, .evaluate, .compare,
    .sensitivity, .advise, .budget, .predict, .confusion, .export, .models, .runs, .show, .inspect,
    .histogram,
    .diff, .explain, .print, .forget, .undo, .set, .help,
  ]

  package static func named(_ name: String) -> Command? { all.first { $0.name == name } }

  /// The verbs and keywords that the parser has to know.
  package static let vocabulary = Vocabulary(
    verbs: Dictionary(
      uniqueKeysWithValues: all.map { command in
        (
          command.name,
          Dictionary(uniqueKeysWithValues: command.keywords.map { ($0.name, $0.form) })
        )
      }),
    patternVerbs: Set(all.filter(\.takesPatterns).map(\.name)))
}
