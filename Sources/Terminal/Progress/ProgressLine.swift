package import Interpreter
import Text

/// One line that tells how far a command is, made to fit the terminal.
package struct ProgressLine: Sendable {
  package var style: Style
  /// Columns that the line may take.
  package var width: Int

  package init(style: Style, width: Int) {
    self.style = style
    self.width = width
  }

  private static let barWidths = 5...24

  /// What the line is made of; nil is left out.
  private struct Parts {
    var activity: String
    var stage: String?
    var share: String?
    var bar = 0
    var figures: [String] = []
    var timeLeft: String?

    /// Columns with two between parts.
    var width: Int {
      let texts = ([activity, stage, share, timeLeft].compactMap { $0 } + figures).filter { !$0.isEmpty }
      let bars = bar > 0 ? [bar] : []
      let widths = texts.map(displayWidth) + bars
      return widths.reduce(0, +) + 2 * max(0, widths.count - 1)
    }
  }

  /// The line without newline: share, stage and time left come first, then the first figure, the bar, and
  /// the other figures from the left as far as they fit; what is left over widens the bar.
  ///
  /// Where no figure fits, the activity gives way: whoever started it knows it.
  package func text(_ progress: Progress) -> String {
    let whole = parts(progress, activity: clean(progress.activity), spellsTimeOut: true)
    let brief = [true, false].lazy.map { parts(progress, activity: "", spellsTimeOut: $0) }
    let shown = whole.figures.isEmpty ? brief.first { !$0.figures.isEmpty && $0.stage != nil } : nil
    return draw(shown ?? whole, share: Self.fraction(progress))
  }

  private func parts(_ progress: Progress, activity: String, spellsTimeOut: Bool) -> Parts {
    var parts = Parts(activity: cut(activity, to: max(1, width - 8), style: style))
    add(to: &parts) { $0.share = Self.share(progress) }
    add(to: &parts) { $0.stage = progress.stage.map(clean) }
    if let left = progress.secondsLeft.flatMap(duration) {
      let isSpelledOut = spellsTimeOut && add(to: &parts) { $0.timeLeft = left + " left" }
      if !isSpelledOut { add(to: &parts) { $0.timeLeft = left } }
    }
    let figures = progress.figures.map { clean("\($0.label) \($0.text)") }
    let hasFirst = figures.first.map { first in add(to: &parts) { $0.figures = [first] } } ?? false
    if progress.total > 0 { add(to: &parts) { $0.bar = Self.barWidths.lowerBound } }
    for figure in figures.dropFirst() where hasFirst {
      guard add(to: &parts, { $0.figures.append(figure) }) else { break }
    }
    if parts.bar > 0 { parts.bar = min(Self.barWidths.upperBound, parts.bar + width - parts.width) }
    return parts
  }

  @discardableResult
  private func add(to parts: inout Parts, _ change: (inout Parts) -> Void) -> Bool {
    var larger = parts
    change(&larger)
    guard larger.width <= width else { return false }
    parts = larger
    return true
  }

  private func clean(_ text: String) -> String {
    String(style.spell(printable(text)).drop { $0 == " " })
  }

  private func draw(_ parts: Parts, share: Double) -> String {
    let bar = parts.bar > 0 ? drawBar(parts.bar, share) : nil
    let left = parts.timeLeft.map { style.paint($0, .faint) }
    let all = [parts.activity, parts.stage, bar, parts.share] + parts.figures + [left]
    return all.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private func drawBar(_ width: Int, _ share: Double) -> String {
    let done = min(width, max(0, Int(exactly: (share * Double(width)).rounded(.down)) ?? 0))
    let (full, empty) = style.unicode ? ("━", "─") : ("#", "-")
    return style.paint(String(repeating: full, count: done), .bar)
      + style.paint(String(repeating: empty, count: width - done), .faint)
  }

  private static func fraction(_ progress: Progress) -> Double {
    progress.total > 0 ? min(1, max(0, Double(progress.done) / Double(progress.total))) : 0
  }

  static func share(_ progress: Progress) -> String? {
    guard progress.total > 0 else { return nil }
    return Int(exactly: (fraction(progress) * 100).rounded(.down)).map { "\($0) %" }
  }
}

/// Seconds as "0:42" or "1:02:03"; nil where they aren't a sensible duration.
func duration(_ seconds: Double) -> String? {
  guard seconds >= 0, seconds < 360_000, let whole = Int(exactly: seconds.rounded()) else { return nil }
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  let twoDigits = { (number: Int) in (number < 10 ? "0" : "") + "\(number)" }
  return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
}
