import Language
import Text

extension Command {
  /// Alone it lacks what it stands before: the parser reads the statement behind it as one that is timed.
  static let time = Command(
    "time", "tell how long a statement takes", operands: [Operand("a statement", .statement)],
    examples: ["time evaluate teacher", "time teacher = train lenet5 epochs 1"],
    reasons: "The statement does what it does without the word, which stands before a name and = too.",
    footprint: { _, _ in .nothing }
  ) { arguments, _ in
    throw StatementError.nameMissing(arguments.verb, example: "time evaluate teacher")
  }
}

extension Console {
  /// Says how long a statement took.
  func tell(_ seconds: Double, of statement: Statement, _ source: String) {
    let start = (statement.target ?? statement.verb).range.lowerBound
    let words = SourceFile(source).text(
      of: SourceRange(lowerBound: start, upperBound: statement.range.upperBound))
    let line = words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let short = line.count <= 60 ? line : line.prefix(59) + "…"
    put(
      .metric(
        Metric(
          "time.seconds", seconds, text: "\(fixed(seconds, seconds < 1 ? 4 : 2)) s: \(short)",
          reproducible: false)))
  }
}
