package import Quantization

/// Warm-up of a QAT run: activation ranges that an observer finds on the float model before the first step.
package struct RangeCalibration: Hashable, Sendable, Codable {
  /// Batches of the run's own size; where the data has fewer, all of them.
  package var batches: Int
  package var observer: ObserverKind

  package init(batches: Int, observer: ObserverKind = .histogram) {
    self.batches = batches
    self.observer = observer
  }
}

/// What a warm-up came to.
package struct CalibrationReport: Hashable, Sendable {
  package var calibration: RangeCalibration
  package var images: Int
  /// Activations whose range was set.
  package var ranges: Int
}
