import Interpreter
import Notebooks
import Testing

/// Deviations by chance against draws of right answers.
@Suite struct ChanceTests {
  private func chance(_ values: [String: Double], images: Int) -> ChanceDeviation {
    let metrics = values.map { Metric($0.key, $0.value) }
    return ChanceDeviation(CellRecord(number: 1, source: "", metrics: metrics), images: images)
  }

  /// xorshift64*, uniform in [0, 1).
  private struct Draws {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func uniform() -> Double {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return Double((state &* 2_685_821_657_736_338_717) >> 11) * 0x1p-53
    }

    mutating func share(_ probability: Double, of images: Int) -> Double {
      var right = 0
      for _ in 0..<images where uniform() < probability { right += 1 }
      return Double(right) / Double(images)
    }
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  @Test func sharesPointsAndRecoveryDeviateAsDrawsDo() {
    let (float, ptq, qat, images) = (0.9, 0.6, 0.84, 1000)
    var draws = Draws()
    let rows = (0..<3000).map { _ in
      (draws.share(float, of: images), draws.share(ptq, of: images), draws.share(qat, of: images))
    }
    let chance = chance(
      [
        "qat.accuracy": qat, "qat.drop_points": 100 * (float - qat),
        "qat.recovery": (qat - ptq) / (float - ptq),
      ],
      images: images)
    let expected = [
      "qat.accuracy": deviation(rows.map(\.2)),
      "qat.drop_points": deviation(rows.map { 100 * ($0.0 - $0.2) }),
      "qat.recovery": deviation(rows.map { ($0.2 - $0.1) / ($0.0 - $0.1) }),
    ]
    for (name, drawn) in expected {
      // Of 3,000 draws a deviation is known to within 1.3 %; a ratio has a little more than its linear part.
      #expect(abs(chance.of(name) / drawn - 1) < 0.05, "\(name): \(chance.of(name)), drawn \(drawn)")
    }
  }

  @Test func valuesOfTablesHaveThatOfTheirMetric() {
    let chance = chance(
      ["a.accuracy": 0.8, "a.drop_points": 5, "a.recovery": 0.5, "b.int8_accuracy": 0.7], images: 400)
    #expect(chance.of("table, a, accuracy") == chance.of("a.accuracy"))
    #expect(chance.of("table 2, a, change") == chance.of("a.drop_points"))
    #expect(chance.of("table, a, recovery") == chance.of("a.recovery"))
    #expect(chance.of("table, b, accuracy") == chance.of("b.int8_accuracy"))
    #expect(chance.of("shown a.accuracy") == chance.of("a.accuracy"))
    #expect(abs(chance.of("a.accuracy") - 0.02) < 0.0001)
  }

  @Test func aShareOfAllImagesIsNotWithoutChance() {
    let chance = chance(["a.agreement": 1], images: 1000)
    // As if of 1,002 images one were otherwise.
    #expect(abs(chance.of("a.agreement") - 0.000998) < 1e-5)
  }

  @Test func codesAreCountedInWhatTheyAreAShareOf() {
    let metric = Metric("a.conv1.differing", 1e-6, cases: 1_000_000)
    let chance = ChanceDeviation(CellRecord(number: 1, source: "", metrics: [metric]), images: 100)
    #expect(abs(chance.of("a.conv1.differing") - 2.0.squareRoot() * 1e-6) < 1e-8)
  }

  @Test func countsSizesAndScalesHaveNone() {
    let chance = chance(["a.size_bytes": 100, "a.epochs": 3, "a.scale": 0.1, "a.loss": 1], images: 100)
    for name in ["a.size_bytes", "a.epochs", "a.scale", "a.loss", "table, a, size", "b.accuracy"] {
      #expect(chance.of(name) == 0)
    }
  }

  @Test func nothingIsComputedOfNothing() {
    #expect(chance(["a.accuracy": 0.5], images: 0).of("a.accuracy") == 0)
    #expect(chance(["a.recovery": 1, "a.accuracy": 1, "a.drop_points": 0], images: 9).of("a.recovery") == 0)
    let other = chance(
      [
        "a.recovery": 1, "a.accuracy": 0.9, "a.drop_points": 0, "b.recovery": 0.5, "b.accuracy": 0.75,
        "b.drop_points": 15,
      ], images: 1000)
    #expect(other.of("a.recovery") > 0)
  }
}
