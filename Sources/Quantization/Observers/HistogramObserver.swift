package import GraphIR

/// Counts values in 2048 bins and narrows their range while that lowers the squared error of rounding.
///
/// The search is that of PyTorch's HistogramObserver: from quantiles 0 and 1, each step of 10⁻⁵ moves the end that
/// passes more bins, and the first step that raises the error ends it. Destinations are 256 levels for 7 and 8 bits
/// alike, as there; a narrower grid's own below.
package struct HistogramObserver: RangeObserver, Hashable, Codable {
  package private(set) var histogram = ValueHistogram()
  private static let step = 1e-5

  package init() {}

  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) { histogram.add(values) }

  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] {
    guard !histogram.range.isEmpty else { return [] }
    guard !histogram.isPoint else { return [histogram.range] }
    let bins = searchedBins(levels: grid.levels > 64 ? max(grid.levels, 256) : grid.levels)
    return [
      ObservedRange(
        minimum: Float(histogram.edge(bins.lowerBound)), maximum: Float(histogram.edge(bins.upperBound + 1)))
    ]
  }

  private func searchedBins(levels: Int) -> ClosedRange<Int> {
    var sums: [Double] = []
    sums.reserveCapacity(histogram.counts.count)
    for count in histogram.counts { sums.append((sums.last ?? 0) + count) }
    let total = sums.last ?? 0
    var (alpha, beta) = (0.0, 1.0)
    var (first, last) = (0, ValueHistogram.binCount - 1)
    var least = Double.infinity
    while alpha < beta {
      var (left, right) = (first, last)
      while left < last, sums[left] < (alpha + Self.step) * total { left += 1 }
      while right > first, sums[right] > (beta - Self.step) * total { right -= 1 }
      var (nextFirst, nextLast) = (first, last)
      if left - first > last - right {
        (nextFirst, alpha) = (left, alpha + Self.step)
      } else {
        (nextLast, beta) = (right, beta - Self.step)
      }
      guard nextFirst != first || nextLast != last else { continue }
      let error = error(of: nextFirst, nextLast, levels: levels)
      if error > least { break }
      (least, first, last) = (error, nextFirst, nextLast)
    }
    return first...max(first, last)
  }

  /// The error where the bins from `first` to `last` are cut into so many levels, each at its middle.
  private func error(of first: Int, _ last: Int, levels: Int) -> Double {
    let step = histogram.binWidth * Double(last - first + 1) / Double(levels)
    return histogram.squaredError(first: histogram.edge(first) + step / 2, step: step, levels: levels)
  }
}
