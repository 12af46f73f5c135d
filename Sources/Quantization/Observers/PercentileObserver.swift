package import GraphIR

/// Leaves out a small share of the values at each end, whatever they are.
///
/// The range goes from the quantile 1 − p to the quantile p, found in a histogram of 2048 bins.
package struct PercentileObserver: RangeObserver, Hashable, Codable {
  /// p in percent, above 50 and up to 100.
  package let percentile: Double
  package private(set) var histogram = ValueHistogram()

  package init(percentile: Double = 99.99) { self.percentile = percentile }

  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) { histogram.add(values) }

  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] {
    guard !histogram.range.isEmpty else { return [] }
    guard !histogram.isPoint else { return [histogram.range] }
    let share = percentile / 100
    return [
      ObservedRange(
        minimum: Float(histogram.quantile(1 - share)), maximum: Float(histogram.quantile(share)))
    ]
  }
}
