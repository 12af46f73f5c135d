package import GraphIR
import Quantization

/// One number of an integer layer's output, in the steps that lead to it.
///
/// Sums are whole numbers, exact as the kernels' 32-bit sums are. What follows them is computed in 32-bit floats, in the
/// order of the kernels: t = (Σ q·w − z·Σ w + bias)·m, plus the residual's code times its factor, bounded by the
/// activation; then clamp(rint(t) + z′).
package struct IntegerOutput: Sendable {
  package enum Rule: Sendable, Equatable {
    /// Codes times weights, in units of the input's scale times this one.
    case products(weightScale: Float, bias: Int)
    /// A mean over so many places, padding among them.
    case average(places: Int)
    /// The greatest code, on the grid of the input.
    case maximum
  }

  /// A place of the input that counts, from 0, with its code.
  package struct Tap: Sendable, Equatable {
    package var channel: Int
    package var row: Int
    package var column: Int
    package var code: Int
    /// 1 where the layer has no weights.
    package var weight: Int

    package init(channel: Int, row: Int, column: Int, code: Int, weight: Int) {
      (self.channel, self.row, self.column) = (channel, row, column)
      (self.code, self.weight) = (code, weight)
    }
  }

  /// A code that is added in its own scale.
  ///
  /// The layer's bias has taken out its zero point.
  package struct Residual: Sendable, Equatable {
    package var code: Int
    package var grid: QuantizationParameters

    package init(code: Int, grid: QuantizationParameters) { (self.code, self.grid) = (code, grid) }
  }

  package var rule: Rule
  package var taps: [Tap]
  /// Places of the window beyond the input's edge: they stand for 0 and add nothing.
  package var padding: Int
  package var input: QuantizationParameters
  package var residual: Residual?
  /// Nil where the sum leaves as a float, in units of 1.
  package var output: QuantizationParameters?
  package var activation: Rectifier?

  package init(
    rule: Rule, taps: [Tap], padding: Int = 0, input: QuantizationParameters, residual: Residual? = nil,
    output: QuantizationParameters?, activation: Rectifier? = nil
  ) {
    self.rule = rule
    self.taps = taps
    self.padding = padding
    self.input = input
    self.residual = residual
    self.output = output
    self.activation = activation
  }

  /// Σ q·w.
  package var products: Int { taps.reduce(0) { $0 + $1.code * $1.weight } }
  /// −z·Σ w, which makes Σ (q − z)·w of Σ q·w.
  package var correction: Int { -Int(input.zeroPoint) * taps.reduce(0) { $0 + $1.weight } }
  package var bias: Int { if case .products(_, let bias) = rule { bias } else { 0 } }
  /// What a 32-bit sum holds when all is added.
  package var sum: Int { products + correction + bias }

  /// What brings the sum to steps of the output, or to units of 1.
  package var multiplier: Float {
    switch rule {
    case .products(let weightScale, _): input.scale * weightScale / (output?.scale ?? 1)
    case .average:
      // On one grid the factor is 1, so that half a step stays half a step.
      input.scale == output?.scale ? 1 : input.scale / (output?.scale ?? 1)
    case .maximum: 1
    }
  }

  package var residualFactor: Float { residual.map { $0.grid.scale / (output?.scale ?? 1) } ?? 0 }

  /// The sum in steps of the output above its zero point, or in units of 1.
  package var scaled: Float {
    switch rule {
    case .products: Float(sum) * multiplier
    case .average(let places): Float(sum) / Float(places) * multiplier
    case .maximum: Float((taps.map(\.code).max() ?? 0) - Int(input.zeroPoint))
    }
  }

  /// With the residual.
  package var added: Float { scaled + Float(residual?.code ?? 0) * residualFactor }

  /// Between the activation's bounds.
  package var activated: Float {
    guard let activation else { return added }
    return min(max(added, 0), activation.ceiling * (1 / (output?.scale ?? 1)))
  }

  package var rounded: Float { activated.rounded(.toNearestOrEven) }

  /// The code before it is clamped; nil where the output is a float.
  package var rawCode: Int? { output.map { Int(clamping: rounded + Float($0.zeroPoint)) } }

  package var code: Int? {
    guard let output, let rawCode else { return nil }
    return min(max(rawCode, output.grid.minimum), output.grid.maximum)
  }

  /// What the code stands for, or the float itself.
  package var value: Float {
    guard let output, let code else { return activated }
    return Float(code - Int(output.zeroPoint)) * output.scale
  }

  /// How far the sum lies from the edge between two codes, 0 to 0.5 steps.
  package var distanceFromEdge: Float { abs(abs(activated - activated.rounded(.down)) - 0.5) }
}
