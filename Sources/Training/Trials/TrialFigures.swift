import Glibc

/// What a quantized form of a model does on the images that trials look at.
package struct TrialFigures: Hashable, Sendable {
  /// Share of the images classified right.
  package var accuracy: Double
  /// 20·log10(‖x‖/‖x − x̂‖) in dB, x the float model's logits of all images, x̂ the quantized form's.
  ///
  /// Infinite where no logit differs, negative infinity where one is not finite.
  package var signalToNoise: Double
  /// Whether each image was classified right, in order.
  package var hits: [Bool]

  package init(accuracy: Double, signalToNoise: Double, hits: [Bool] = []) {
    self.accuracy = accuracy
    self.signalToNoise = signalToNoise
    self.hits = hits
  }
}

/// 20·log10(‖x‖/‖x − x̂‖) in dB; infinite for equal values, negative infinity where one is not finite.
package func signalToNoise(_ signal: [Float], _ approximation: [Float]) -> Double {
  var power = 0.0
  var noise = 0.0
  for (value, other) in zip(signal, approximation) {
    let difference = Double(value) - Double(other)
    power += Double(value) * Double(value)
    noise += difference * difference
  }
  guard power.isFinite, noise.isFinite else { return -.infinity }
  return noise == 0 ? .infinity : 10 * log10(power / noise)
}

/// A layer's part in what quantization costs.
package struct LayerSensitivity: Hashable, Sendable {
  package var layer: String
  /// This layer quantized, all others in float; nil where it was not measured.
  package var alone: TrialFigures?
  /// All layers quantized but this one.
  package var spared: TrialFigures?

  package init(layer: String, alone: TrialFigures? = nil, spared: TrialFigures? = nil) {
    self.layer = layer
    self.alone = alone
    self.spared = spared
  }
}
