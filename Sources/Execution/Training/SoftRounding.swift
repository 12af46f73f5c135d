import CKernels
import Glibc

/// Weights between two codes of their grid each, and the place between them as a trained variable: AdaRound's view of a
/// layer (Nagel and others: "Up or Down? Adaptive Rounding for Post-Training Quantization", 2020).
///
/// A weight is scale·clamp(⌊w/scale⌋ + h(v)), h(v) = clip(σ(v)·(ζ − γ) + γ, 0, 1) with ζ = 1.1 and γ = −0.1, and begins as it
/// is in float. Adam moves v against the gradient that the loss has at the weights.
package final class SoftRounding {
  package let outputs: Int
  package let rest: Int
  private let base, scale, place, sigmoid, first, second: Vector<Float>
  private let values, slopes: Vector<Float>
  private let low, high: Float
  private var steps = 0

  /// `weights` are row-major [outputs, rest] in float, `scales` one an output.
  package init(weights: [Float], scales: [Float], minimum: Int, maximum: Int) {
    outputs = scales.count
    rest = weights.count / scales.count
    (low, high) = (Float(minimum), Float(maximum))
    base = Vector(weights.count, repeating: 0)
    scale = Vector(scales.count, repeating: 1)
    place = Vector(weights.count, repeating: 0)
    sigmoid = Vector(weights.count, repeating: 0)
    first = Vector(weights.count, repeating: 0)
    second = Vector(weights.count, repeating: 0)
    values = Vector(weights.count, repeating: 0)
    slopes = Vector(weights.count, repeating: 0)
    for output in scales.indices { scale[output] = scales[output] }
    for index in weights.indices {
      let code = weights[index] / scales[index / rest]
      base[index] = code.rounded(.down)
      // σ(v) = (h + 0.1)/1.2, so v = −ln(1.2/(h + 0.1) − 1).
      place[index] = -logf(1.2 / (code - base[index] + 0.1) - 1)
    }
    apply()
  }

  /// Row-major [outputs, rest], as v has them.
  package var weights: UnsafeMutablePointer<Float> { values.pointer }
  /// Gradient of the loss at the weights, to be filled before `step`.
  package var gradient: UnsafeMutablePointer<Float> { slopes.pointer }

  /// Moves every v by one step of Adam; `strength`·Σ(1 − |2h − 1|^exponent) is added to the loss.
  package func step(rate: Double, strength: Double, exponent: Double) {
    steps += 1
    let bias = 1 - pow(0.9, Double(steps))
    let correction = 1 / (1 - pow(0.999, Double(steps))).squareRoot()
    ck_rounding_step(
      &state,
      ck_rounding_rate(
        step: Float(rate / bias), correction: Float(correction), strength: Float(strength),
        exponent: Float(exponent)))
    apply()
  }

  /// Codes with each weight on the nearer side of h = ½.
  package var codes: [Float] {
    (0..<outputs * rest).map { index in
      min(max(base[index] + (place[index] >= 0 ? 1 : 0), low), high)
    }
  }

  private func apply() { ck_rounding_apply(&state) }

  private lazy var state = ck_rounding(
    count: Int64(outputs * rest), rest: Int64(rest), base: base.pointer, scale: scale.pointer,
    gradient: slopes.pointer, v: place.pointer, sigmoid: sigmoid.pointer, first: first.pointer,
    second: second.pointer, weights: values.pointer, low: low, high: high)
}
