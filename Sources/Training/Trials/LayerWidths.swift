import Glibc
package import Quantization

/// What a layer loses and saves with weights of fewer bits than 8.
package struct LayerWidths: Hashable, Sendable {
  /// The widths below 8 that are tried, the widest first.
  package static let tried = [7, 6, 5, 4, 3, 2]
  /// Images that a layer's trials look at, at the most: noise is known well from fewer than accuracy is.
  package static let images = 256

  package struct Width: Hashable, Sendable {
    package var bits: Int
    /// With this layer's weights alone rounded to so many bits, in dB.
    package var signalToNoise: Double
    /// Bytes by which the file is smaller than with 8 bits; not above 0 where the layer is so small that the entry in the
    /// file's header takes what its weights save.
    package var savedBytes: Int

    package init(bits: Int, signalToNoise: Double, savedBytes: Int) {
      (self.bits, self.signalToNoise, self.savedBytes) = (bits, signalToNoise, savedBytes)
    }

    /// Noise power over signal power.
    var noise: Double { pow(10, -signalToNoise / 10) }
  }

  package var layer: String
  package var weights: Int
  /// The widest first.
  package var widths: [Width]

  package init(layer: String, weights: Int, widths: [Width]) {
    (self.layer, self.weights, self.widths) = (layer, weights, widths)
  }
}

/// A layer and the bits of its weights.
package struct LayerWidth: Hashable, Sendable {
  package var layer: String
  package var bits: Int

  package init(_ layer: String, bits: Int) { (self.layer, self.bits) = (layer, bits) }
}

extension QuantizationPolicy {
  /// The same with weights of these widths, activations as they are.
  package func narrowing(_ widths: [LayerWidth]) -> QuantizationPolicy {
    var policy = self
    policy.rules =
      widths.map { LayerRule($0.layer, .integer(weights: $0.bits, activations: activationBits)) } + rules
    return policy
  }
}

extension QuantizationTrials {
  /// What each layer loses with weights of 7 to 2 bits while all else is in float, on the first of the trials' images;
  /// nil where it was cancelled.
  ///
  /// `savedBytes` tells what the file saves with one layer at so many bits.
  package func layerWidths(
    _ policy: QuantizationPolicy, cancellation: Cancellation, savedBytes: (LayerWidth) throws -> Int,
    progress: (Int, Int, String) -> Void
  ) throws -> [LayerWidths]? {
    let tried = LayerWidths.tried
    var found: [LayerWidths] = []
    for (index, layer) in layers.enumerated() {
      var widths = LayerWidths(layer: layer, weights: weightCount(of: layer), widths: [])
      for (place, bits) in tried.enumerated() {
        progress(index * tried.count + place, layers.count * tried.count, "\(layer), \(bits) bits")
        let width = LayerWidth(layer, bits: bits)
        let trial = try weightsOnly(policy.narrowing([width]).quantizing(only: layer))
        guard let figures = try figures(of: trial, images: LayerWidths.images, cancellation: cancellation)
        else { return nil }
        widths.widths.append(
          LayerWidths.Width(
            bits: bits, signalToNoise: figures.signalToNoise, savedBytes: try savedBytes(width)))
      }
      found.append(widths)
    }
    return found
  }
}
