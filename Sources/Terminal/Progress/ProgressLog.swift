package import Interpreter

/// Decides which progress becomes a plain line where no line can be rewritten: the end of each stage,
/// and else one every ten seconds.
package struct ProgressLog: Sendable {
  package static let interval = Duration.seconds(10)

  private var last: (progress: Progress, isWritten: Bool)?
  private var lastLine: ContinuousClock.Instant?

  package init() {}

  /// Lines to write now that this progress arrived.
  package mutating func lines(_ progress: Progress, at now: ContinuousClock.Instant) -> [String] {
    var lines: [String] = []
    if let last, last.progress.activity != progress.activity || last.progress.stage != progress.stage {
      lines = finish()
      lastLine = now
    }
    let since = lastLine ?? now
    lastLine = since
    let isDue = now - since >= Self.interval
    if isDue {
      lines.append(Self.text(progress))
      lastLine = now
    }
    last = (progress, isDue)
    return lines
  }

  /// Lines to write when the command ended or says something else.
  package mutating func finish() -> [String] {
    defer { last = nil }
    guard let last, !last.isWritten, last.progress.stage != nil else { return [] }
    return [Self.text(last.progress)]
  }

  /// A line such as "train teacher: epoch 1/3, 33 %, loss 0.41, accuracy 87.1 %".
  static func text(_ progress: Progress) -> String {
    let figures = progress.figures.map { $0.label.isEmpty ? $0.text : "\($0.label) \($0.text)" }
    let parts = [progress.stage, ProgressLine.share(progress)].compactMap { $0 } + figures
    return printable(
      parts.isEmpty ? progress.activity : progress.activity + ": " + parts.joined(separator: ", "))
  }
}
