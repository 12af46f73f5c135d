/// The observers that calibration can use, by the names that users write.
///
/// Adding one: its file, and a line in each of the switches.
package enum ObserverKind: String, Hashable, Sendable, Codable, CaseIterable {
  case minmax
  case movingAverage = "moving-average"
  case histogram, percentile, entropy, mse

  package var name: String { rawValue }

  /// What it does, as a clause.
  package var summary: String {
    switch self {
    case .minmax: "the least and the greatest value of all batches"
    case .movingAverage: "least and greatest value of each batch, averaged over batches"
    case .histogram: "cut where a histogram's squared rounding error stops falling"
    case .percentile: "all but one value in 10,000 at each end"
    case .entropy: "cut where the rounded distribution keeps most of the information"
    case .mse: "cut where the squared error of rounding and clipping is least"
    }
  }

  /// A fresh observer with its usual settings, one range for the whole tensor.
  package func makeObserver() -> any RangeObserver {
    switch self {
    case .minmax: MinMaxObserver()
    case .movingAverage: MovingAverageObserver()
    case .histogram: HistogramObserver()
    case .percentile: PercentileObserver()
    case .entropy: EntropyObserver()
    case .mse: SquaredErrorObserver()
    }
  }
}

extension ObserverKind {
  /// The observer where none is chosen: at 4 bits and fewer the search over all cuts, which loses less there; above,
  /// PyTorch's.
  package static func usual(for policy: QuantizationPolicy) -> ObserverKind {
    policy.activationBits <= 4 ? .mse : .histogram
  }
}
