import GraphIR
import Quantization
import Testing

@Suite struct TensorDistributionTests {
  private func distribution(
    _ values: [Float], on grid: QuantizationGrid, others: [TensorDistribution.Candidate] = []
  ) -> TensorDistribution? {
    values.withUnsafeBufferPointer { values in
      var panel = ObserverPanel()
      panel.observe(values)
      var distribution = panel.distribution(on: grid, others: others)
      distribution?.measure(values)
      return distribution
    }
  }

  private let grid = QuantizationGrid(minimum: -1, maximum: 1, symmetric: true)

  @Test func lossesAreThoseOfHandArithmetic() throws {
    // On −1…1 with scale 2: 0.5 → 0, −2 → −2, 1.5 → 2; with scale 1 an output: 0.5 → 0 (ties to even), −2 → −1, cut.
    let parameters = [2, 1].map { QuantizationParameters(scale: $0, zeroPoint: 0, grid: grid) }
    let found = try #require(
      distribution(
        [0.5, -2, 1.5, 0], on: grid,
        others: [
          TensorDistribution.Candidate(origin: .perChannel, parameters: [parameters[1], parameters[1]])
        ]))
    let minmax = try #require(found.candidates.first)
    #expect(minmax.origin == .observer(.minmax))
    #expect(minmax.parameters == [parameters[0]])
    #expect(minmax.loss.power == 0.25 + 4 + 2.25)
    #expect(minmax.loss.noise == 0.25 + 0.25)
    #expect(minmax.loss.clipped == 0)
    let other = try #require(found.candidates.last)
    // 1.5 → 2, beyond the grid, is cut to 1.
    #expect(other.loss.noise == 0.25 + 1 + 0.25)
    #expect(other.loss.clipped == 0.5)
    #expect((other.range.minimum, other.range.maximum) == (-1, 1))
  }

  @Test func everyValueIsInOneBin() throws {
    let values = (0..<1000).map { Float($0 % 37) / 7 - 2 } + [.nan, .infinity]
    let found = try #require(distribution(values, on: grid))
    #expect(found.counts.reduce(0, +) == 1000)
    // 2·∛1000 bins.
    #expect(found.counts.count == 20)
    #expect(found.edges.count == 21)
    #expect(found.edges.first == -2)
    #expect(abs((found.edges.last ?? 0) - Double(Float(36) / 7 - 2)) < 1e-9)
  }

  @Test func aTensorOfOneValueOrOfNoneHasItsBins() throws {
    let found = try #require(distribution([0, 0, 0], on: grid))
    #expect(found.counts.reduce(0, +) == 3)
    #expect(found.candidates.allSatisfy { $0.loss.signalToNoise == nil })
    #expect(distribution([.nan], on: grid) == nil)
  }
}
