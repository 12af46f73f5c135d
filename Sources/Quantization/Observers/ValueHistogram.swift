import GraphIR

/// How often values fell into equal bins between the least and the greatest of all that came.
///
/// Where the range grows, what was counted is cut into 16 parts a bin and counted anew (as PyTorch's
/// HistogramObserver does), so that few batches at first cost little resolution later.
package struct ValueHistogram: Hashable, Sendable, Codable {
  package static let binCount = 2048
  private static let parts = 16

  /// Least and greatest value; empty before the first.
  package private(set) var range = ObservedRange.empty
  /// Values in each bin; fractions arise where the range grew.
  package private(set) var counts: [Double] = Array(repeating: 0, count: binCount)

  package init() {}

  package var total: Double { counts.reduce(0, +) }
  package var binWidth: Double { (Double(range.maximum) - Double(range.minimum)) / Double(Self.binCount) }
  /// True where all values are one, so that no bin has a width.
  package var isPoint: Bool { !(binWidth > 0) }

  /// Where a bin begins; `binCount` is the end of the last.
  package func edge(_ bin: Int) -> Double { Double(range.minimum) + Double(bin) * binWidth }

  /// Counts values; NaN and infinities are passed over.
  ///
  /// `including` is a range that the bins cover at least.
  package mutating func add(
    _ values: UnsafeBufferPointer<Float>, including floor: ObservedRange = .empty
  ) {
    var seen = ObservedRange.empty
    for value in values where value.isFinite { seen.extend(by: value) }
    guard !seen.isEmpty else { return }
    grow(to: range.union(seen).union(floor))
    guard !isPoint else {
      counts[0] += Double(values.count { $0.isFinite })
      return
    }
    let least = range.minimum
    let scale = Double(Self.binCount) / (Double(range.maximum) - Double(least))
    // Floats are what PyTorch counts with; where they can't hold the range or its inverse, doubles can.
    let fitsFloat = (range.maximum - least).isFinite && Float(scale).isFinite
    var fresh = [Int](repeating: 0, count: Self.binCount)
    fresh.withUnsafeMutableBufferPointer { fresh in
      for value in values where value.isFinite {
        let place =
          fitsFloat
          ? Double((value - least) * Float(scale)) : (Double(value) - Double(least)) * scale
        fresh[min(Int(clamping: place), Self.binCount - 1)] += 1
      }
    }
    for bin in counts.indices { counts[bin] += Double(fresh[bin]) }
  }

  private mutating func grow(to wider: ObservedRange) {
    guard wider != range else { return }
    let old = self
    range = wider
    guard !old.range.isEmpty else { return }
    counts = Array(repeating: 0, count: Self.binCount)
    if old.isPoint {
      let place = (Double(old.range.minimum) - Double(wider.minimum)) / binWidth
      counts[min(Int(clamping: place), Self.binCount - 1)] += old.total
      return
    }
    let step = old.binWidth / Double(Self.parts)
    for bin in old.counts.indices where old.counts[bin] > 0 {
      for part in 0..<Self.parts {
        let middle = old.edge(bin) + (Double(part) + 0.5) * step
        let place = Int(clamping: (middle - Double(wider.minimum)) / binWidth)
        counts[min(max(place, 0), Self.binCount - 1)] += old.counts[bin] / Double(Self.parts)
      }
    }
  }

  /// The squared error of replacing each value by the nearest of `levels` points, `step` apart from `first` on, where
  /// values are spread evenly inside their bins.
  ///
  /// With u = (x − first)/step and k the nearest level, ∫(u − k)² du = k/12 + (u − k)³/3 is continuous from level to
  /// level and holds outside the levels too, so each bin is the difference of two values.
  package func squaredError(first: Double, step: Double, levels: Int) -> Double {
    guard !isPoint, step > 0 else { return 0 }
    let last = Double(levels - 1)
    let (origin, width) = ((edge(0) - first) / step, binWidth / step)
    func integral(_ bin: Int) -> Double {
      let place = origin + Double(bin) * width
      let level = min(max(place.rounded(), 0), last)
      let distance = place - level
      return level / 12 + distance * distance * distance / 3
    }
    var sum = 0.0
    var begin = integral(0)
    for bin in counts.indices {
      let end = integral(bin + 1)
      sum += counts[bin] * (end - begin)
      begin = end
    }
    return sum / width * step * step
  }

  /// The value below which a share of all values lies, from 0 to 1, interpolated inside its bin.
  package func quantile(_ share: Double) -> Double {
    let wanted = share * total
    var below = 0.0
    for bin in counts.indices where counts[bin] > 0 {
      if below + counts[bin] >= wanted {
        return edge(bin) + min(max((wanted - below) / counts[bin], 0), 1) * binWidth
      }
      below += counts[bin]
    }
    return Double(range.maximum)
  }
}
