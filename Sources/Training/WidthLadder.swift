import GraphIR
package import Quantization

/// Widths that weights and activations go down while a run goes on, in equal shares of its steps.
package struct WidthLadder: Hashable, Sendable, Codable {
  /// From the first rung to the last, each from 2 to 8 bits.
  package let widths: [Int]

  /// Nil unless there are two widths or more, from 2 to 8, each less than the one before.
  package init?(_ widths: [Int]) {
    guard widths.count > 1, widths.allSatisfy((2...8).contains),
      zip(widths, widths.dropFirst()).allSatisfy({ $0 > $1 })
    else { return nil }
    self.widths = widths
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let ladder = WidthLadder(try container.decode([Int].self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "the widths are no ladder")
    }
    self = ladder
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(widths)
  }

  /// The first step of each rung, from 0, in a run of so many: rung r of n begins at the least step that has r/n of
  /// them behind it.
  package func firstSteps(of steps: Int) -> [Int] {
    widths.indices.map { ($0 * steps + widths.count - 1) / widths.count }
  }
}

extension QuantizationRecipe {
  /// The policy of each rung; of a run without a ladder the one that it has.
  package var rungs: [QuantizationPolicy] {
    guard let ladder else { return [policy] }
    return ladder.widths.map { width in
      var rung = policy
      (rung.weightBits, rung.activationBits) = (width, width)
      return rung
    }
  }

  /// When the switches of a run of so many steps are thrown.
  package func schedule(steps: Int) -> QuantizationSchedule {
    let firstSteps = ladder?.firstSteps(of: steps) ?? [0]
    func step(at share: Double) -> Int { Int(clamping: (share * Double(steps)).rounded(.up)) }
    return QuantizationSchedule(
      rungSteps: firstSteps, batchNormStep: step(at: batchNormFreeze),
      observerStep: max(step(at: observerFreeze), (firstSteps.last ?? 0) + 1))
  }
}

/// Steps, from 0, before which a QAT run throws its switches.
package struct QuantizationSchedule: Hashable, Sendable {
  /// The first step of each rung; 0 alone without a ladder.
  package let rungSteps: [Int]
  package let batchNormStep: Int
  /// After at least one batch of the last rung: without a batch there would be no range to keep, and narrower grids
  /// upstream move the ranges of what follows.
  package let observerStep: Int
}
