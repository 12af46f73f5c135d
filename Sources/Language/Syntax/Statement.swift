/// A keyword after the operands with what belongs to it: `epochs 3`, `augment`, `with kd(teacher)`,
/// `keep(conv1)`.
package struct Clause: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case none
    case value(Expression)
    case calls([Call])
    /// The keyword with parentheses of its own; the call's name is the keyword.
    case arguments(Call)
  }

  package var keyword: Word
  package var value: Value
  package var range: SourceRange

  package init(keyword: Word, value: Value, range: SourceRange) {
    self.keyword = keyword
    self.value = value
    self.range = range
  }
}

/// One command with what it is applied to.
///
/// `model tiny = conv(16, 3) > relu` has the verb `model`, no target, and the operands `tiny` and the chain.
package struct Statement: Hashable, Sendable {
  /// The word `time` before it, where it is asked for how long it takes.
  package var timing: Word?
  /// The name before `=`.
  package var target: Word?
  package var verb: Word
  package var operands: [Expression]
  /// In the order of the program; no keyword occurs twice where the program has no diagnostics.
  package var clauses: [Clause]
  package var range: SourceRange

  package init(
    target: Word?, verb: Word, operands: [Expression], clauses: [Clause], range: SourceRange
  ) {
    self.target = target
    self.verb = verb
    self.operands = operands
    self.clauses = clauses
    self.range = range
  }
}

/// A parsed cell.
package struct Program: Sendable {
  /// In order.
  ///
  /// Where there are diagnostics, a statement may lack what could not be read.
  package var statements: [Statement]
  /// In order of place; of many the first ones, and a note that counts the others.
  package var diagnostics: [Diagnostic]
  /// How many diagnostics are only counted.
  package var hidden = 0
  /// Where each mistake starts, rising, also of those that are only counted.
  package var mistakes: [Int] = []
  /// How often a scalar or a token was looked at to read the program: it grows as the text does, whatever that is.
  package var steps = 0

  package init(statements: [Statement], diagnostics: [Diagnostic]) {
    self.statements = statements
    self.diagnostics = diagnostics
  }

  /// The diagnostics themselves, without the note that counts those that are not among them.
  package var problems: [Diagnostic] { diagnostics.filter { !$0.isCount } }
}
