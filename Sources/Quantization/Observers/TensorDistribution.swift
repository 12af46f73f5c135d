import Glibc
package import GraphIR

/// How the values of a tensor are spread, and what a grid makes of them with each range that it could have.
package struct TensorDistribution: Sendable {
  /// A range that the grid could cover.
  package struct Candidate: Sendable {
    package enum Origin: Hashable, Sendable {
      case observer(ObserverKind)
      /// A range for each output, by its largest magnitude.
      case perChannel
      /// The range that the model has come to.
      case model
    }

    package var origin: Origin
    /// One, or one an output.
    package var parameters: [QuantizationParameters]
    package var loss = RoundingLoss()

    package init(origin: Origin, parameters: [QuantizationParameters]) {
      (self.origin, self.parameters) = (origin, parameters)
    }

    /// From the lowest to the highest value that any of its grids holds.
    package var range: ObservedRange {
      parameters.reduce(.empty) { $0.union($1.range) }
    }
  }

  /// Edges of the bins, one more than there are counts; all bins have the same width.
  package private(set) var edges: [Double]
  package private(set) var counts: [Int]
  package private(set) var candidates: [Candidate]

  /// `seen` is the range of so many values, none of which lie outside.
  ///
  /// Bins are 2·∛count (the Rice rule), from 8 to 120.
  init(seen: ObservedRange, count: Int, candidates: [Candidate]) {
    let bins = min(max(Int(clamping: (2 * cbrt(Double(count))).rounded()), 8), 120)
    let (low, high) = (Double(seen.minimum), Double(seen.maximum))
    // A tensor of one value lies in the middle of its bins.
    let margin = low < high ? 0 : max(abs(low) * 0.5, 0.5)
    let width = (high - low + 2 * margin) / Double(bins)
    edges = (0...bins).map { low - margin + Double($0) * width }
    counts = Array(repeating: 0, count: bins)
    self.candidates = candidates
  }

  /// Counts values in their bins and rounds them with each candidate; those that are not finite are passed over.
  ///
  /// Row-major [outputs, rest] where a candidate has a range an output.
  package mutating func measure(_ values: UnsafeBufferPointer<Float>) {
    let width = edges[1] - edges[0]
    for value in values where value.isFinite {
      let bin = Int(clamping: (Double(value) - edges[0]) / width)
      counts[min(max(bin, 0), counts.count - 1)] += 1
    }
    for index in candidates.indices {
      let parameters = candidates[index].parameters
      let rest = values.count / max(parameters.count, 1)
      for (channel, one) in parameters.enumerated() {
        candidates[index].loss.add(values[channel * rest..<(channel + 1) * rest], on: one)
      }
    }
  }
}

/// Every kind of observer watching the same tensor.
package struct ObserverPanel: Sendable {
  private var observers: [(kind: ObserverKind, observer: any RangeObserver)]
  private var seen = ObservedRange.empty
  private var count = 0

  package init() { observers = ObserverKind.allCases.map { ($0, $0.makeObserver()) } }

  /// Looks at a batch of values.
  package mutating func observe(_ values: UnsafeBufferPointer<Float>) {
    for value in values where value.isFinite {
      seen.extend(by: value)
      count += 1
    }
    for index in observers.indices { observers[index].observer.observe(values, shape: [values.count]) }
  }

  /// The ranges that the observers choose for a grid, after which come `others`; the values themselves are then to be
  /// measured once more.
  ///
  /// Nil where no value was finite.
  package func distribution(
    on grid: QuantizationGrid, others: [TensorDistribution.Candidate] = []
  ) -> TensorDistribution? {
    guard !seen.isEmpty else { return nil }
    let candidates = observers.map { kind, observer in
      TensorDistribution.Candidate(origin: .observer(kind), parameters: observer.parameters(on: grid))
    }
    return TensorDistribution(seen: seen, count: count, candidates: candidates + others)
  }
}
