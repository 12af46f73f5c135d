package import Language

/// One command: the record that feeds the vocabulary, dispatch, binding, help and completion.
package struct Command: Sendable {
  /// Whether `name = command` means something.
  package enum Target: Sendable {
    case none
    /// The name holds the result, which is described so: "the trained model".
    case result(String)
  }

  /// What may stand behind a first operand that decides it.
  package struct Form: Sendable {
    /// What a further operand is; nil where there is none.
    package var operand: ValueKind?
    package var keywords: [Keyword]
  }

  package var name: String
  package var summary: String
  package var target: Target
  package var operands: [Operand]
  package var keywords: [Keyword]
  /// Forms by the word that leads to each; behind any other first word nothing more can stand.
  ///
  /// Empty where the first word decides nothing.
  package var forms: [String: Form] = [:]
  /// Its operands may be patterns, in which * stands for any text.
  package var takesPatterns: Bool
  /// Cells that parse and bind as they stand; the first is shown where something is missing.
  package var examples: [String]
  /// Why it does what it does, in a sentence or two for help; nil where the summary is enough.
  package var reasons: String?
  /// What the models of a sweep are called after; nil where no option takes several numbers.
  package var sweptName: (@Sendable (Statement) -> Word?)?
  /// What a statement of it uses and changes, by the names that are known; without a session.
  package var footprint: @Sendable (Arguments, KnownNames) -> Footprint
  /// Resolves names and checks everything that can be known before anything runs.
  package var plan: @Sendable (Arguments, Workspace) throws -> Plan

  package init(
    _ name: String, _ summary: String, target: Target = .none, operands: [Operand] = [],
    keywords: [Keyword] = [], forms: [String: Form] = [:], takesPatterns: Bool = false, examples: [String],
    reasons: String? = nil, sweptName: (@Sendable (Statement) -> Word?)? = nil,
    footprint: @escaping @Sendable (Arguments, KnownNames) -> Footprint,
    plan: @escaping @Sendable (Arguments, Workspace) throws -> Plan
  ) {
    self.name = name
    self.summary = summary
    self.target = target
    self.operands = operands
    self.keywords = keywords
    self.forms = forms
    self.takesPatterns = takesPatterns
    self.examples = examples
    self.reasons = reasons
    self.sweptName = sweptName
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
      case .several: words.append("\(place) [\(place) …]")
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
    .data, .model, .load, .train, .distill, .resume, .ptq, .dynamic, .rescale, .qat, .convert, .evaluate,
    .compare,
    .sensitivity, .why, .advise, .rateSearch, .budget, .predict, .confusion, .export, .models, .runs, .stale,
    .recipe, .show,
    .inspect,
    .histogram,
    .diff, .explore, .explain, .print, .forget, .undo, .redo, .garbage, .set, .time, .help,
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
      }), takingOperands: Set(all.filter { !$0.operands.isEmpty }.map(\.name)),
    patternVerbs: Set(all.filter(\.takesPatterns).map(\.name)))
}
