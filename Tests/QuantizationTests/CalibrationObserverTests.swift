import Glibc
import GraphIR
import Quantization
import Testing

/// Observers that cut, against their definitions on values that are known.
@Suite struct CalibrationObserverTests {
  @Test func aGrownHistogramCountsWhatCameBefore() {
    var histogram = ValueHistogram()
    add((0..<2000).map { Float($0) / 2000 }, &histogram)
    add([-1, 3], &histogram)
    #expect(histogram.range == ObservedRange(minimum: -1, maximum: 3))
    #expect(abs(histogram.total - 2002) < 1e-6)
    // All of the first 2000 lie from 0 to 1: a quarter of the bins, from the second quarter on.
    let inside = histogram.counts[511...1024].reduce(0, +)
    #expect(abs(inside - 2000) < 1e-6)
  }

  @Test func theSquaredErrorIsThatOfRoundingEachValue() {
    let values = bellShaped(200_000)
    var histogram = ValueHistogram()
    add(values, &histogram)
    for range in [ObservedRange(minimum: -1.5, maximum: 1.5), ObservedRange(minimum: -3, maximum: 2)] {
      for maximum in [7, 15, 127] {
        let grid = QuantizationGrid(minimum: 0, maximum: maximum, symmetric: false)
        let parameters = chooseQuantizationParameters(
          minimum: range.minimum, maximum: range.maximum, grid: grid)
        let direct = values.reduce(0.0) { sum, value in
          let error = Double(value - parameters.fakeQuantized(value))
          return sum + error * error
        }
        let found = histogram.squaredError(
          first: Double(parameters.value(of: 0)), step: Double(parameters.scale), levels: grid.levels)
        #expect(abs(found - direct) <= 0.02 * direct, "\(range) in \(grid.levels) levels")
      }
    }
  }

  @Test(arguments: [4, 8])
  func theSquaredErrorObserverFindsNoWorseACutThanAnyOther(bits: Int) {
    let values = bellShaped(50_000) + [12, -9]
    let grid = QuantizationGrid(minimum: 0, maximum: 1 << bits - 1, symmetric: false)
    let best = observed(values, .mse, on: grid)
    let least = roundingError(of: values, best, on: grid)
    for share in stride(from: Float(0.02), through: 1, by: 0.02) {
      let other = ObservedRange(minimum: -9 * share, maximum: 12 * share)
      #expect(least <= 1.05 * roundingError(of: values, other, on: grid))
    }
    if bits == 4 { #expect(best.maximum < 6) }
  }

  @Test func aPercentileLeavesOutItsShareAtEachEnd() throws {
    // 1…100,000 in one batch: one in ten thousand is ten values.
    let range = observed((1...100_000).map { Float($0) }, .percentile, on: byteGrid)
    #expect(abs(range.minimum - 10) <= 50)
    #expect(abs(range.maximum - 99_990) <= 50)
  }

  @Test func entropyKeepsAnEvenDistributionAndCutsALoneOutlier() {
    let even = observed((0..<100_000).map { Float($0) / 100_000 }, .entropy, on: byteGrid)
    #expect(even.maximum > 0.98)
    #expect(even.minimum == 0)
    let lone = observed(bellShaped(100_000).map(abs) + [40], .entropy, on: byteGrid)
    #expect(lone.maximum < 10)
    #expect(lone.maximum > 2)
  }

  /// The definition with whole distributions, cut by cut.
  @Test(arguments: [4, 8])
  func entropyCutsWhereTheDivergenceIsLeast(bits: Int) {
    let values = bellShaped(20_000).map(abs) + [9, 14]
    let (bins, levels) = (2048, 1 << bits)
    let width = Double(values.max() ?? 0) / Double(bins)
    var counts = [Double](repeating: 0, count: bins)
    for value in values { counts[min(Int(Float(value) * (2048 / 14)), bins - 1)] += 1 }
    counts[0] = counts[1]
    var best = (cut: 0, divergence: Double.infinity)
    for cut in max(128, levels)...bins {
      var original = Array(counts[..<cut])
      var rounded = original
      for level in 0..<levels {
        let group = level * cut / levels..<(level + 1) * cut / levels
        let filled = group.filter { counts[$0] > 0 }
        let mean = filled.reduce(0) { $0 + counts[$1] } / Double(filled.count)
        for bin in filled { rounded[bin] = mean }
      }
      original[cut - 1] += counts[cut...].reduce(0, +)
      if rounded[cut - 1] == 0 { rounded[cut - 1] = 0.5 }
      let (all, kept) = (original.reduce(0, +), counts[..<cut].reduce(0, +))
      let divergence = zip(original, rounded).reduce(0) { sum, pair in
        pair.0 > 0 ? sum + pair.0 / all * log(pair.0 / all * kept / pair.1) : sum
      }
      if divergence < best.divergence { best = (cut, divergence) }
    }
    let grid = QuantizationGrid(minimum: 0, maximum: levels - 1, symmetric: false)
    #expect(best.cut < bins)
    #expect(
      abs(Double(observed(values, .entropy, on: grid).maximum) - Double(best.cut) * width) < 1e-5)
  }

  @Test(arguments: ObserverKind.allCases)
  func everyObserverTakesWhateverComes(kind: ObserverKind) {
    for grid in [byteGrid, QuantizationGrid(minimum: -127, maximum: 127, symmetric: true)] {
      var observer = kind.makeObserver()
      #expect(observer.ranges(on: grid).isEmpty)
      for batch: [Float] in [[2, 2, 2], [2, .nan, .infinity], [-5, 7, 0], [], [1e-30]] where kind != .minmax {
        batch.withUnsafeBufferPointer { observer.observe($0, shape: [batch.count]) }
      }
      for found in observer.parameters(on: grid) {
        #expect(found.scale.isFinite && found.scale > 0)
        #expect(found.fakeQuantized(0) == 0)
      }
    }
  }

  @Test(arguments: ObserverKind.allCases)
  func aConstantTensorKeepsItsValue(kind: ObserverKind) {
    let range = observed([3, 3, 3], kind, on: byteGrid)
    let parameters = chooseQuantizationParameters(
      minimum: range.minimum, maximum: range.maximum, grid: byteGrid)
    #expect(abs(parameters.fakeQuantized(3) - 3) < 0.02)
  }
}

private func add(_ values: [Float], _ histogram: inout ValueHistogram) {
  values.withUnsafeBufferPointer { histogram.add($0) }
}

private func observed(_ values: [Float], _ kind: ObserverKind, on grid: QuantizationGrid) -> ObservedRange {
  var observer = kind.makeObserver()
  values.withUnsafeBufferPointer { observer.observe($0, shape: [values.count]) }
  return observer.ranges(on: grid).first ?? .empty
}

private func roundingError(of values: [Float], _ range: ObservedRange, on grid: QuantizationGrid) -> Double {
  let parameters = chooseQuantizationParameters(minimum: range.minimum, maximum: range.maximum, grid: grid)
  return values.reduce(0.0) { sum, value in
    let error = Double(value - parameters.fakeQuantized(value))
    return sum + error * error
  }
}

/// Sums of twelve uniform numbers less 6: about normal, the same every time.
private func bellShaped(_ count: Int) -> [Float] {
  var generator = SeededGenerator(seed: 1, purpose: "observers")
  return (0..<count).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.uniform() } }
}
