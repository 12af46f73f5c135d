import Foundation
package import Language

/// A statement as its cell has it, from which one can be written that differs in an option.
package struct WrittenStatement: Sendable {
  private let text: String
  /// Each option's place in the text, in UTF-8.
  private let clauses: [(name: String, range: Range<Int>)]
  private let isNamed: Bool
  private let verb: Range<Int>

  package init(_ statement: Statement, in source: String) {
    let bytes = Array(source.utf8)
    let start = min(statement.range.lowerBound, bytes.count)
    let end = min(max(statement.range.upperBound, start), bytes.count)
    /// Nothing where the source is another than the statement's.
    func place(_ range: SourceRange) -> Range<Int> {
      let low = min(max(range.lowerBound, start), end)
      return low - start..<min(max(range.upperBound, low), end) - start
    }
    text = String(decoding: bytes[start..<end], as: UTF8.self)
    clauses = statement.clauses.map { ($0.keyword.text, place($0.range)) }
    isNamed = statement.target != nil
    verb = place(statement.verb.range)
  }

  /// The statement with another value for an option, in the place of what it says of that.
  ///
  /// `name` is written before `=` where nothing is, and `command` in the place of the verb. Nil where it can't be brought
  /// onto one line.
  package func with(
    _ option: String, _ value: String, named name: String? = nil, command: String? = nil
  ) -> String? {
    let wanted = written(option, value)
    var bytes = Array(text.utf8)
    if let clause = clauses.first(where: { $0.name == option }) {
      bytes.replaceSubrange(clause.range, with: wanted.utf8)
    } else {
      bytes += (" " + wanted).utf8
    }
    // What lies behind the verb is written first, so that its place still holds.
    if let command { bytes.replaceSubrange(verb, with: command.utf8) }
    return line(bytes, name)
  }

  /// The statement without an option.
  package func without(_ option: String) -> String? {
    guard let clause = clauses.first(where: { $0.name == option }) else { return line(Array(text.utf8), nil) }
    var bytes = Array(text.utf8)
    bytes.removeSubrange(clause.range)
    return line(bytes, nil)
  }

  /// A line in which nothing is meant that ended with a line: a comment, a line that goes on.
  private func line(_ bytes: [UInt8], _ name: String?) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count == 1 || !text.contains(where: { $0 == "#" || $0 == "\\" }) else { return nil }
    let joined = lines.flatMap { $0.split(separator: " ") }.joined(separator: " ")
    return (isNamed ? nil : name).map { $0 + " = " + joined } ?? joined
  }
}
