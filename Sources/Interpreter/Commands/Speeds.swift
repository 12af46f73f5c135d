import Execution
import GraphIR
import Text
import Training

extension Console {
  /// Measures models in turn, showing how far it is; nil where it was cancelled.
  ///
  /// `model` gives the weights of each by its place.
  func speeds(
    of names: [String], precision: TrainingPrecision = .float32, model: (Int) throws -> Model
  ) throws -> [Speed]? {
    let watch = Stopwatch()
    return try measureSpeeds(
      of: names.count, precision: precision, cancellation: cancellation,
      progress: { done, total in
        progress {
          Progress(
            activity: names.count == 1 ? "time \(names[0])" : "time \(counted(names.count, "model"))",
            done: done, total: total,
            secondsLeft: done > 0 ? watch.seconds / Double(done) * Double(total - done) : nil)
        }
      }, model: model)
  }

  /// Puts out how fast a model is.
  func report(_ speed: Speed, of name: String) {
    let busy = speed.isDisturbed ? ": \(busyWords(speed.spread))" : ""
    metric(
      name, "latency_ms", speed.latencyMilliseconds,
      text:
        "\(name) takes \(significant(speed.latencyMilliseconds)) ms \(marginWords(speed.latencySpread)) for one image"
        + busy, reproducible: false)
    metric(
      name, "throughput", speed.imagesPerSecond,
      text: "\(name) classifies \(grouped(Int(clamping: speed.imagesPerSecond.rounded()))) images/s "
        + "\(marginWords(speed.throughputSpread)) in batches of \(speed.batchSize)",
      reproducible: false)
    metric(name, "latency_spread", speed.latencySpread, reproducible: false)
    metric(name, "throughput_spread", speed.throughputSpread, reproducible: false)
  }
}

/// How speeds were measured.
func speedWords() -> String {
  "medians of passes in turn on \(counted(Processor.threadCount, "thread")), spread how far off they may be"
}

/// Where speeds say little, by how much; nil where they say what they seem to.
func busyNote(_ speeds: [Speed]) -> String? {
  speeds.contains(where: \.isDisturbed) ? busyWords(speeds.map(\.spread).max() ?? 0) : nil
}

/// "±3 %".
func marginWords(_ share: Double) -> String { "±\(percentage(share, 0))" }

private func busyWords(_ spread: Double) -> String { "the machine is busy: \(marginWords(spread))" }
