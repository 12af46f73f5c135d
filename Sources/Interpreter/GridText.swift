import Foundation
import Quantization
import Text
import Training

/// A weight, an activation or a scale in three digits that count: "-0.412", "1.7e-05".
func short(_ value: Float) -> String { Numeral(short: value).text }

/// A number in the six digits that a float surely has: "0.37", "-12", "1.5e-07".
func number(_ value: Float) -> String { Numeral(value).text }

/// "-1.2…0.8".
func interval(_ low: Float, _ high: Float) -> String { Table.Cell.interval(low, high).text }

extension Numeral {
  /// With three digits that count, of any size and without zeros behind them: "-0.412", "5", "1.7e-05".
  init(short number: Float) { self.init(spelling: String(format: "%.3g", Double(number))) }

  /// In the six digits that a float surely has: "0.37", "-12", "1.5e-07".
  init(_ number: Float) {
    let text = String(format: "%.6g", Double(number))
    self.init(spelling: text == "-0" ? "0" : text)
  }
}

extension Table.Cell {
  /// The SQNR of rounded values: "41.9 dB"; "exact" where rounding changes none, empty where all are 0.
  static func decibels(of loss: RoundingLoss) -> Self {
    if let ratio = loss.signalToNoise { return .decibels(ratio) }
    return loss.power > 0 ? "exact" : .blank
  }

  /// The SQNR of a form's logits, with the unit in the heading: "32.4"; "∞" where no logit changes, "−∞" where one is
  /// not finite.
  static func decibels(of figures: TrialFigures) -> Self {
    let ratio = figures.signalToNoise
    return ratio.isFinite ? .fixed(ratio, 1, .decibels) : ratio > 0 ? "∞" : "−∞"
  }

  /// "-1.2…0.8", or "0.8" where both ends are that.
  static func scales(_ least: Float, _ greatest: Float) -> Self {
    least == greatest ? .short(least) : .interval(least, greatest)
  }

  /// "-1.2…0.8".
  static func interval(_ low: Float, _ high: Float) -> Self {
    .text(Numeral(short: low).text + "…" + Numeral(short: high).text)
  }
}
