import Language

/// A statement that names several numbers for an option, `bits 2, 4, 8`, as the statements that it stands for: one for
/// each, or for each combination, and one that sets what they made side by side.
struct Sweep {
  /// So many runs are more than anybody waits for.
  static let mostRuns = 32

  struct Run {
    /// The model that it makes.
    var name: String
    /// Options with their values, in the order of the statement.
    var values: [(option: String, text: String)]
    var statement: Statement
  }

  var runs: [Run]

  /// Nil where no option has several numbers.
  init?(_ statement: Statement, of command: Command) throws(BindingError) {
    let swept = statement.clauses.filter { Self.numbers(of: $0) != nil && command.sweeps($0.keyword.text) }
    for clause in statement.clauses where !command.sweeps(clause.keyword.text) {
      guard let numbers = Self.numbers(of: clause), let keyword = command.keyword(named: clause.keyword.text),
        keyword.kind.isNumeric
      else { continue }
      throw .oneNumber(numbers, option: clause.keyword.text, sweeps: command.sweptName != nil)
    }
    guard let first = swept.first else { return nil }
    guard let base = command.sweptName?(statement) else { return nil }
    var runs = [Run(name: base.text, values: [], statement: statement.named(base))]
    for clause in swept {
      let numbers = Self.numbers(of: clause) ?? []
      runs = runs.flatMap { run in numbers.map { run.with(clause, $0) } }
    }
    let range = swept.dropFirst().reduce(first.range) { $0.joined(with: $1.range) }
    guard runs.count <= Self.mostRuns else { throw .longSweep(range, runs: runs.count) }
    guard Set(runs.map(\.name)).count == runs.count else { throw .repeatedValue(range) }
    self.runs = runs
  }

  /// The numbers after an option, where there are several.
  private static func numbers(of clause: Clause) -> [NumberLiteral]? {
    guard case .value(.list(let elements, _)) = clause.value, elements.count > 1 else { return nil }
    let numbers = elements.compactMap { element in
      if case .number(let literal) = element { literal } else { nil }
    }
    return numbers.count == elements.count ? numbers : nil
  }

  /// The statements as they are bound: each run, and the table of all.
  func bound(to command: Command) throws(BindingError) -> [(Command, Arguments)] {
    var bound: [(Command, Arguments)] = []
    for run in runs { bound.append((command, try bind(run.statement, to: command))) }
    guard let last = runs.last?.statement else { return bound }
    var table = Arguments(
      statement: Statement(target: nil, verb: last.verb, operands: [], clauses: [], range: last.range))
    table.operands = runs.map { run in
      Arguments.Written(
        value: .word(Word(text: run.name, range: last.verb.range)), range: last.verb.range)
    }
    table.sweep = self
    return bound + [(.sweepTable, table)]
  }
}

extension Sweep.Run {
  /// The same with one of an option's numbers, which the model's name tells.
  fileprivate func with(_ clause: Clause, _ number: NumberLiteral) -> Sweep.Run {
    var run = self
    let part = number.text.filter { $0 != "+" }.map { $0 == "." ? "_" : $0 }
    run.name += "-" + clause.keyword.text + String(part)
    run.values.append((clause.keyword.text, number.text))
    run.statement.target?.text = run.name
    for index in run.statement.clauses.indices where run.statement.clauses[index].keyword == clause.keyword {
      run.statement.clauses[index].value = .value(.number(number))
    }
    return run
  }
}

extension Statement {
  /// The same with the name before `=`, and none behind the verb.
  fileprivate func named(_ name: Word) -> Statement {
    var statement = self
    statement.target = name
    if target == nil, Command.named(verb.text)?.operands.first?.isNewName == true { statement.operands = [] }
    return statement
  }
}

extension Operand {
  fileprivate var isNewName: Bool { if case .newName = kind { true } else { false } }
}

extension ValueKind {
  /// True of options that take a number.
  var isNumeric: Bool {
    switch self {
    case .count, .real, .width, .layers(.width): true
    case .either(let kinds): kinds.contains(where: \.isNumeric)
    case .choice, .model, .network, .newName, .text, .pattern, .names, .runNumbers, .place, .chain, .topic,
      .flag,
      .calls, .widths,
      .statement,
      .layers(.storage), .layers(.named):
      false
    }
  }
}

/// What help says of options with several numbers.
let sweepReasons =
  "An option with several numbers, bits 2, 4, 8 or lr 1e-4, 3e-4, makes a model with each, kept under a name that tells "
  + "it (student-bits4), and a table of all."

extension Command {
  /// True for an option that may have several numbers, each for a run of its own.
  func sweeps(_ option: String) -> Bool {
    sweptName != nil && keyword(named: option)?.kind.isNumeric == true
  }

  /// The name before `=`, or that of the first operand with what the command adds to it.
  static func sweptName(adding suffix: String = "") -> @Sendable (Statement) -> Word? {
    { statement in
      if let target = statement.target { return target }
      guard let word = statement.operands.first?.word else { return nil }
      return Word(text: word.text + suffix, range: word.range)
    }
  }
}
