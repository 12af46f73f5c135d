package import GraphIR

/// Cuts both ends where the squared error of rounding and clipping together is least.
///
/// A search over 50 shares of each end, on a histogram of 2048 bins and for the very grid: (x − fakeQuantized(x))²,
/// integrated over the bins.
package struct SquaredErrorObserver: RangeObserver, Hashable, Codable {
  package private(set) var histogram = ValueHistogram()
  private static let shares = 50

  package init() {}

  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) { histogram.add(values) }

  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] {
    guard !histogram.range.isEmpty else { return [] }
    guard !histogram.isPoint else { return [histogram.range] }
    let whole = histogram.range
    var best = (range: whole, error: error(of: whole, on: grid))
    // A side without values has no end to cut; a symmetric grid has one scale for both.
    let lower = whole.minimum < 0 && !grid.symmetric ? Self.shares : 1
    let upper = whole.maximum > 0 || grid.symmetric ? Self.shares : 1
    for low in 1...lower {
      for high in 1...upper {
        let (down, up) = (Float(low) / Float(lower), Float(high) / Float(upper))
        let range = ObservedRange(
          minimum: whole.minimum * (grid.symmetric ? up : down), maximum: whole.maximum * up)
        let error = error(of: range, on: grid)
        if error < best.error { best = (range, error) }
      }
    }
    return [best.range]
  }

  private func error(of range: ObservedRange, on grid: QuantizationGrid) -> Double {
    let parameters = chooseQuantizationParameters(
      minimum: range.minimum, maximum: range.maximum, grid: grid)
    return histogram.squaredError(
      first: Double(parameters.value(of: Int32(grid.minimum))), step: Double(parameters.scale),
      levels: grid.levels)
  }
}
