package import Language
package import Training

/// Where a running cell speaks: passes outputs on as they arise and keeps the metrics it named.
package final class Console {
  package let cancellation: Cancellation
  package private(set) var metrics: [Metric] = []
  package private(set) var diagnostics: [Diagnostic] = []
  private let emit: (Output) -> Void
  private let clock = ContinuousClock()
  private var lastProgress: ContinuousClock.Instant?
  private var untilKept: [Output] = []

  init(cancellation: Cancellation, emit: @escaping (Output) -> Void) {
    self.cancellation = cancellation
    self.emit = emit
  }

  func put(_ output: Output) {
    if case .metric(let metric) = output { metrics.append(metric) }
    if case .diagnostic(let diagnostic) = output { diagnostics.append(diagnostic) }
    // A finding with a place in the cell says what to change there, as a warning does.
    if case .finding(let finding) = output, finding.range != nil { diagnostics.append(finding.diagnostic) }
    emit(output)
  }

  /// Puts an output out when the cell has changed the session, and not where it fails: what a statement does at once and
  /// the store may still refuse.
  func whenKept(_ output: Output) { untilKept.append(output) }

  /// Leaves to another console what waits for the session to be changed.
  func leave(to other: Console) {
    other.untilKept += untilKept
    untilKept = []
  }

  /// The cell has changed the session.
  func kept() {
    for output in untilKept { put(output) }
    untilKept = []
  }

  func text(_ text: String) { put(.text(text)) }
  func drawing(_ text: String) { put(.drawing(text)) }
  func note(_ text: String) { put(.note(text)) }

  /// A progress is passed on ten times a second at the most; `make` is called only then.
  func progress(_ make: () -> Progress) {
    let now = clock.now
    if let lastProgress, lastProgress.duration(to: now) < .milliseconds(100) { return }
    lastProgress = now
    put(.progress(make()))
  }
}

/// Seconds since a moment, for outputs that tell how long something took.
struct Stopwatch {
  private let start = ContinuousClock().now

  var seconds: Double { start.duration(to: ContinuousClock().now) / .seconds(1) }
}
