import Glibc
import GraphIR
package import Quantization

/// What a layer costs at 4 bits instead of 8.
package struct NarrowLayer: Hashable, Sendable {
  package var layer: String
  package var weights: Int
  /// With this layer's weights alone rounded to 4 bits, in dB.
  package var signalToNoise: Double

  package init(layer: String, weights: Int, signalToNoise: Double) {
    (self.layer, self.weights, self.signalToNoise) = (layer, weights, signalToNoise)
  }

  /// Noise power over signal power.
  var noise: Double { pow(10, -signalToNoise / 10) }
  /// Two codes a byte, less the entry that a file's header then has for the layer.
  var savedBytes: Int { weights / 2 - 60 }
}

/// Layers that have 4-bit weights while the others have 8, and what is predicted of that.
package struct WidthChoice: Hashable, Sendable {
  /// In order of execution.
  package var narrow: [String]
  /// Noise of all layers added up, in dB: noises of different layers are taken to be independent.
  package var predictedSignalToNoise: Double

  package init(narrow: [String], predictedSignalToNoise: Double) {
    self.narrow = narrow
    self.predictedSignalToNoise = predictedSignalToNoise
  }
}

/// The choices from which a size is picked: each narrows one layer more, the one that costs the least noise for the
/// bytes it saves.
///
/// 4 and 8 are the widths worth choosing from, because files hold weights of up to 4 bits in half a byte and all
/// others in a whole one: 5 to 7 bits save nothing over 8, and 2 or 3 nothing over 4.
package struct WidthFront: Sendable {
  package var layers: [NarrowLayer]
  package var choices: [WidthChoice]

  /// `quantized` is the signal-to-noise ratio with 8 bits everywhere, in dB.
  package init(layers: [NarrowLayer], quantized: Double) {
    self.layers = layers
    let base = pow(10, -quantized / 10)
    let order = layers.filter { $0.savedBytes > 0 }
      .sorted { $0.noise / Double($0.savedBytes) < $1.noise / Double($1.savedBytes) }
    choices = (0...order.count).map { count in
      let narrow = Set(order.prefix(count).map(\.layer))
      return Self.choice(narrow, layers, base: base)
    }
    self.base = base
  }

  private let base: Double

  /// The choice with these layers narrow.
  package func choice(_ narrow: Set<String>) -> WidthChoice { Self.choice(narrow, layers, base: base) }

  private static func choice(_ narrow: Set<String>, _ layers: [NarrowLayer], base: Double) -> WidthChoice {
    let noise = layers.filter { narrow.contains($0.layer) }.reduce(base) { $0 + $1.noise }
    return WidthChoice(
      narrow: layers.map(\.layer).filter(narrow.contains),
      predictedSignalToNoise: noise > 0 ? -10 * log10(noise) : .infinity)
  }

  /// The first choice whose size is within the budget, with every layer at 8 bits again that the budget allows: the
  /// noisiest first.
  ///
  /// `size` gives the bytes of a choice. Nil where none fits.
  package func fitting(_ budget: Int, size: (WidthChoice) throws -> Int) rethrows -> WidthChoice? {
    // Sizes fall with every layer, so the first that fits is found by halves.
    var (low, high) = (0, choices.count)
    while low < high {
      let middle = (low + high) / 2
      if try size(choices[middle]) <= budget { high = middle } else { low = middle + 1 }
    }
    guard choices.indices.contains(low) else { return nil }
    var chosen = choices[low]
    for layer in layers.sorted(by: { $0.noise > $1.noise }) where chosen.narrow.contains(layer.layer) {
      let wider = choice(Set(chosen.narrow).subtracting([layer.layer]))
      if try size(wider) <= budget { chosen = wider }
    }
    return chosen
  }
}

extension QuantizationPolicy {
  /// The same with 4-bit weights in these layers, activations as they are.
  package func narrowing(_ layers: [String]) -> QuantizationPolicy {
    var policy = self
    policy.rules =
      layers.map { LayerRule($0, .integer(weights: 4, activations: activationBits)) } + rules
    return policy
  }
}

extension QuantizationTrials {
  /// What each layer loses with 4-bit weights while all else is in float; nil where it was cancelled.
  package func narrowLayers(
    _ policy: QuantizationPolicy, cancellation: Cancellation, progress: (Int, Int, String) -> Void
  ) throws -> [NarrowLayer]? {
    var narrow: [NarrowLayer] = []
    for (index, layer) in layers.enumerated() {
      progress(index, layers.count, layer)
      let trial = try weightsOnly(policy.narrowing([layer]).quantizing(only: layer))
      guard let figures = try figures(of: trial, cancellation: cancellation) else { return nil }
      narrow.append(
        NarrowLayer(layer: layer, weights: weightCount(of: layer), signalToNoise: figures.signalToNoise))
    }
    return narrow
  }
}
