import Foundation
import Quantization
import Text

/// A weight, an activation or a scale in three digits that count: "-0.412", "1.7e-05".
func short(_ value: Float) -> String { String(format: "%.3g", Double(value)) }

/// A number in the six digits that a float surely has: "0.37", "-12", "1.5e-07".
func number(_ value: Float) -> String {
  let text = String(format: "%.6g", Double(value))
  return text == "-0" ? "0" : text
}

/// "-1.2…0.8".
func interval(_ low: Float, _ high: Float) -> String { short(low) + "…" + short(high) }

/// The SQNR of rounded values: "41.9 dB"; "exact" where rounding changes none, empty where all are 0.
func decibels(of loss: RoundingLoss) -> String {
  if let ratio = loss.signalToNoise { return fixed(ratio, 1) + " dB" }
  return loss.power > 0 ? "exact" : ""
}
