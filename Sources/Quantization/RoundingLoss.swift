import Glibc
package import GraphIR

/// What rounding values to a grid loses, added up as values come.
package struct RoundingLoss: Hashable, Sendable {
  package private(set) var count = 0
  /// Values whose code lies beyond the grid's ends.
  package private(set) var beyond = 0
  /// Σ x² and Σ (x − x̂)².
  package private(set) var power = 0.0
  package private(set) var noise = 0.0

  package init() {}

  /// Share of the values that are clipped, from 0 to 1; 0 for no value.
  package var clipped: Double { count == 0 ? 0 : Double(beyond) / Double(count) }

  /// SQNR in dB, 10·log10(Σ x² / Σ (x − x̂)²); nil where nothing is lost, or where all values are 0.
  package var signalToNoise: Double? { noise > 0 && power > 0 ? 10 * log10(power / noise) : nil }

  /// Counts a value with what it is rounded to.
  package mutating func add(_ value: Float, rounded: Float, isBeyond: Bool) {
    let error = Double(value) - Double(rounded)
    count += 1
    if isBeyond { beyond += 1 }
    power += Double(value) * Double(value)
    noise += error * error
  }

  /// Rounds values as fake quantization does, and counts those that are finite.
  package mutating func add(_ values: some Sequence<Float>, on parameters: QuantizationParameters) {
    for value in values where value.isFinite {
      add(
        value, rounded: parameters.fakeQuantized(value), isBeyond: !parameters.passesGradient(at: value))
    }
  }
}

extension QuantizationParameters {
  /// The least and the greatest value that the grid holds.
  package var range: ObservedRange {
    ObservedRange(minimum: value(of: Int32(grid.minimum)), maximum: value(of: Int32(grid.maximum)))
  }

  /// The ratio in dB that values spread evenly from end to end of the grid have: 10·log10(4·(a² + ab + b²)), from their
  /// power s²·(a² + ab + b²)/3 and the error's s²/12, where a and b are the grid's ends less its zero point.
  ///
  /// 48.1 for −127…127, 54.2 for 0…255. It is no bound: values near the ends, or on the steps, have more.
  package var evenSpreadRatio: Double {
    let (low, high) = (Double(grid.minimum) - Double(zeroPoint), Double(grid.maximum) - Double(zeroPoint))
    return 10 * log10(4 * (low * low + low * high + high * high))
  }
}
