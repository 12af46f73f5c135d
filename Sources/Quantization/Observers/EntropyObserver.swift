import Glibc
package import GraphIR

/// Cuts magnitudes where the rounded distribution tells most of the original one: least Kullback–Leibler divergence.
///
/// As TensorRT calibrates (Migacz: "8-bit Inference with TensorRT", 2017), on a histogram of |x| in 2048 bins. For each
/// cut, P is the histogram up to it with all that lies beyond in its last bin; Q is the histogram up to it, merged into
/// as many levels as the grid has for magnitudes and spread again over the bins that are not empty. The bin of zeros is
/// set to its neighbour's count, because activations put so many there that nothing else would matter.
package struct EntropyObserver: RangeObserver, Hashable, Codable {
  package private(set) var magnitudes = ValueHistogram()
  private var seen = ObservedRange.empty
  /// The least cut that is tried, in bins.
  private static let leastCut = 128

  package init() {}

  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) {
    for value in values where value.isFinite { seen.extend(by: value) }
    let sizes = values.map(abs)
    sizes.withUnsafeBufferPointer { magnitudes.add($0, including: ObservedRange(minimum: 0, maximum: 0)) }
  }

  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] {
    guard !seen.isEmpty else { return [] }
    guard !magnitudes.isPoint else { return [seen] }
    let isOneSided = seen.minimum >= 0 || seen.maximum <= 0
    let levels = isOneSided && !grid.symmetric ? grid.levels : (grid.levels + 1) / 2
    let threshold = Float(magnitudes.edge(bestCut(levels: levels)))
    return [
      ObservedRange(minimum: max(seen.minimum, -threshold), maximum: min(seen.maximum, threshold))
    ]
  }

  /// Bins up to the best cut; a cut with fewer bins than levels would round nothing, so none is tried.
  private func bestCut(levels: Int) -> Int {
    var counts = magnitudes.counts
    counts[0] = counts[1]
    let total = counts.reduce(0, +)
    var best = (cut: counts.count, divergence: Double.infinity)
    var inside = counts[..<max(Self.leastCut, levels)].reduce(0, +)
    for cut in max(Self.leastCut, levels)...counts.count {
      let divergence = divergence(counts, cut: cut, levels: levels, inside: inside, total: total)
      if divergence < best.divergence { best = (cut, divergence) }
      if cut < counts.count { inside += counts[cut] }
    }
    return best.cut
  }

  /// Σ P·ln(P/Q) with both normalised.
  private func divergence(
    _ counts: [Double], cut: Int, levels: Int, inside: Double, total: Double
  ) -> Double {
    guard inside > 0 else { return .infinity }
    let beyond = total - inside
    var sum = 0.0
    for level in 0..<levels {
      let bins = level * cut / levels..<(level + 1) * cut / levels
      var (count, filled) = (0.0, 0.0)
      for bin in bins where counts[bin] > 0 {
        count += counts[bin]
        filled += 1
      }
      for bin in bins {
        let original = counts[bin] + (bin == cut - 1 ? beyond : 0)
        guard original > 0 else { continue }
        // The last bin may be empty but for what was cut off: without anything in Q the divergence would be infinite.
        let rounded = counts[bin] > 0 ? count / filled : 0.5
        sum += original / total * log(original / total * inside / rounded)
      }
    }
    return sum
  }
}
