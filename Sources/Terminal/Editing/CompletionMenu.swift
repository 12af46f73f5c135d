package import Interpreter
import Text

/// What Tab does with the candidates for a place, and how a list of them looks.
package struct CompletionMenu: Sendable {
  package enum Step: Equatable, Sendable {
    case nothing
    case insert(String)
    case list
  }

  package var style: Style
  /// Columns of the terminal.
  package var width: Int

  package init(style: Style, width: Int) {
    self.style = style
    self.width = width
  }

  /// One candidate goes in, with a space behind a word; several give what they begin with in common,
  /// and the list where that is nothing more than `typed`.
  package static func step(typed: String, candidates: [Completion]) -> Step {
    guard let first = candidates.first else { return .nothing }
    if candidates.count == 1 {
      let isWord = first.text.last.map { $0.isLetter || $0.isNumber } ?? false
      return .insert(first.text + (isWord ? " " : ""))
    }
    let common = candidates.dropFirst().reduce(first.text) { commonPrefix($0, $1.text) }
    return common.utf8.count > typed.utf8.count ? .insert(common) : .list
  }

  private static func commonPrefix(_ one: String, _ other: String) -> String {
    String(zip(one, other).prefix { $0 == $1 }.map(\.0))
  }

  /// More candidates than this are counted, not shown.
  private static let most = 120
  /// Up to this many candidates stand one on a line, with their details, where no rows are given.
  private static let mostWithDetails = 16

  /// The list, in at most so many rows where they are given.
  ///
  /// Candidates stand one on a line with their details, or in columns where they are too many for that.
  package func lines(_ candidates: [Completion], rows: Int? = nil) -> [String] {
    if let rows, rows < 1 { return [] }
    if candidates.count <= rows ?? Self.mostWithDetails { return described(candidates) }
    let most = min(Self.most, rows.map { capacity(for: candidates, rows: $0) } ?? Self.most)
    let shown = Array(candidates.prefix(most))
    let hidden = candidates.count - shown.count
    let rest = hidden > 0 ? [style.paint(style.spell("… and \(hidden) more"), .faint)] : []
    return columns(shown) + rest
  }

  /// How many candidates fit in columns, with a row kept for the count of those that don't.
  private func capacity(for candidates: [Completion], rows: Int) -> Int {
    let across = across(candidates)
    return candidates.count <= across * rows ? candidates.count : across * (rows - 1)
  }

  private func across(_ candidates: [Completion]) -> Int {
    let widest = candidates.map { min(width, displayWidth(printable($0.text))) }.max() ?? 0
    return max(1, (width + 2) / (widest + 2))
  }

  private func described(_ candidates: [Completion]) -> [String] {
    let widest = candidates.map { displayWidth($0.text) }.max() ?? 0
    let names = min(widest, max(1, width - 2))
    return candidates.map { candidate in
      let name = pad(cut(printable(candidate.text), to: names, style: style), to: names)
      let room = width - names - 2
      let detail = style.spell(printable(candidate.detail))
      guard room >= 8, !detail.isEmpty else { return name }
      return name + "  " + style.paint(cut(detail, to: room, style: style), .faint)
    }
  }

  /// Down the columns first, as names are sorted.
  private func columns(_ candidates: [Completion]) -> [String] {
    guard !candidates.isEmpty else { return [] }
    let names = candidates.map { cut(printable($0.text), to: width, style: style) }
    let cell = (names.map(displayWidth).max() ?? 0) + 2
    let across = across(candidates)
    let down = (names.count + across - 1) / across
    return (0..<down).map { row in
      let line = stride(from: row, to: names.count, by: down).map { pad(names[$0], to: cell) }.joined()
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
