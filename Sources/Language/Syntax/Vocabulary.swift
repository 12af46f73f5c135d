/// The commands of the language and the keywords that may follow each.
package struct Vocabulary: Sendable {
  /// What follows a keyword.
  package enum KeywordForm: Int, Sendable {
    /// One value: `epochs 3`.
    case value
    /// Values, with commas between: `classes cat, dog`.
    case values
    /// Calls, with commas between: `with kd(teacher), nkd(teacher)`.
    case calls
    /// Nothing: `augment`.
    case flag
    /// Arguments in parentheses of its own: `keep(conv1, fc)`.
    case arguments
    /// One value, or arguments in parentheses of its own: `bits 4`, `bits(conv1: 8, rest: 4)`.
    case valueOrArguments
  }

  package let verbs: [String: [String: KeywordForm]]
  /// The verbs that take operands, which may then stand behind options.
  private let takingOperands: Set<String>
  /// Verbs whose operands may be patterns: `compare student*`.
  private let patternVerbs: Set<String>
  /// Every keyword of every verb, for a verb that doesn't exist.
  private let allKeywords: [String: KeywordForm]

  /// `verbs` maps each verb to its keywords; `patternVerbs` are those whose operands may be patterns.
  package init(
    verbs: [String: [String: KeywordForm]], takingOperands: Set<String> = [], patternVerbs: Set<String> = []
  ) {
    self.verbs = verbs
    self.takingOperands = takingOperands
    self.patternVerbs = patternVerbs
    // Two verbs may read one keyword in two ways; the choice must not depend on the order of a dictionary.
    allKeywords = verbs.values.reduce(into: [:]) { all, keywords in
      all.merge(keywords) { $0.rawValue <= $1.rawValue ? $0 : $1 }
    }
  }

  func takesPatterns(verb: String) -> Bool { patternVerbs.contains(verb) }

  func knows(verb: String) -> Bool { verbs[verb] != nil }
  func takesOperands(verb: String) -> Bool { takingOperands.contains(verb) }

  func form(of keyword: String, after verb: String) -> KeywordForm? {
    (verbs[verb] ?? allKeywords)[keyword]
  }

  /// The keywords of a verb in alphabetical order.
  func keywords(of verb: String) -> [String] {
    (verbs[verb] ?? [:]).keys.sorted()
  }
}
