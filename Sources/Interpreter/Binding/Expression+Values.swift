import Language

extension Expression {
  /// The number that is written; a percentage is a hundredth of its number.
  var numericValue: Double? {
    switch self {
    case .number(let literal): literal.value
    case .percentage(let literal): literal.value / 100
    case .name, .string, .call, .list, .pair, .chain: nil
    }
  }

  /// The word, where the expression is a name, or a call without parentheses.
  var word: Word? {
    switch self {
    case .name(let word): word
    case .call(let call) where !call.hasParentheses: call.name
    case .number, .percentage, .string, .call, .list, .pair, .chain: nil
    }
  }

  /// What it is, for a diagnostic: "the number 2.5", "the name nan".
  var words: String {
    switch self {
    case .name(let word): "the name \(word.text)"
    case .number(let literal): "the number \(literal.text)"
    case .percentage: "a percentage"
    case .string: "text"
    case .call(let call): call.hasParentheses ? "a call of \(call.name.text)" : "the name \(call.name.text)"
    case .list: "a list"
    case .pair: "a pair"
    case .chain: "a chain of layers"
    }
  }
}
