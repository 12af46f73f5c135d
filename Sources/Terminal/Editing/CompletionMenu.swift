package import Interpreter

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
  /// Up to this many candidates stand one on a line, with their details.
  private static let mostWithDetails = 16

  package func lines(_ candidates: [Completion]) -> [String] {
    let shown = candidates.prefix(Self.most)
    let hidden = candidates.count - shown.count
    let rest = hidden > 0 ? [style.paint(style.spell("… and \(hidden) more"), .faint)] : []
    return (shown.count <= Self.mostWithDetails ? described(Array(shown)) : columns(Array(shown))) + rest
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
    let names = candidates.map { cut(printable($0.text), to: width, style: style) }
    let cell = (names.map(displayWidth).max() ?? 0) + 2
    let across = max(1, (width + 2) / cell)
    let down = (names.count + across - 1) / across
    return (0..<down).map { row in
      let line = stride(from: row, to: names.count, by: down).map { pad(names[$0], to: cell) }.joined()
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
