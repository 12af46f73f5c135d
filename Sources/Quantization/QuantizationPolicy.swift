package import GraphIR

/// How one layer is stored and computed in the quantized model.
package enum LayerPrecision: Hashable, Sendable, Codable {
  /// Widths of its weights and of its output, 2 to 8.
  case integer(weights: Int, activations: Int)
  case float(FloatStorage)
}

/// A precision for the layers whose names fit a pattern, in which `*` stands for any text.
package struct LayerRule: Hashable, Sendable, Codable {
  package var pattern: String
  package var precision: LayerPrecision

  package init(_ pattern: String, _ precision: LayerPrecision) {
    self.pattern = pattern
    self.precision = precision
  }

  package func fits(_ name: String) -> Bool { wildcard(pattern[...], fits: name[...]) }
}

/// True where the text is the pattern, with any text for each `*`.
private func wildcard(_ pattern: Substring, fits text: Substring) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  let rest = pattern.dropFirst()
  guard first == "*" else { return text.first == first && wildcard(rest, fits: text.dropFirst()) }
  return text.indices.contains { wildcard(rest, fits: text[$0...]) } || wildcard(rest, fits: "")
}

/// What decides a layer's grids and how they are found.
package struct QuantizationPolicy: Hashable, Sendable, Codable {
  /// How ranges come about while training.
  package enum Scheme: String, Hashable, Sendable, Codable, CaseIterable {
    /// Weights by their largest magnitude, activations by a moving average; straight-through gradient.
    case movingAverage = "moving-average"
    /// Both scales trained (LSQ).
    case learnedScale = "lsq"
    /// Activations cut at a trained bound (PACT), weights by their largest magnitude.
    case clippedActivation = "pact"
  }

  package var backend: QuantizationBackend
  package var weightBits: Int
  package var activationBits: Int
  /// True where first and last layer stay at 8 bits, as is usual below 8 (LSQ and others).
  package var keepsEnds: Bool
  /// The first that fits a layer decides.
  package var rules: [LayerRule]
  package var scheme: Scheme
  package var powerOfTwo: Bool
  /// Nil leaves the granularity to the backend.
  package var perChannelWeights: Bool?
  /// True for symmetric activations where the backend's own are affine.
  package var symmetricActivations: Bool
  /// True where activations keep to 7 bits, as x86 needs it on processors without VNNI: their byte products are
  /// added in 16 bits (`vpmaddubsw`), which 8 bits would overflow.
  package var reducesRange: Bool

  package init(
    backend: QuantizationBackend = .x86, weightBits: Int = 8, activationBits: Int = 8, keepsEnds: Bool = true,
    rules: [LayerRule] = [], scheme: Scheme = .movingAverage, powerOfTwo: Bool = false,
    perChannelWeights: Bool? = nil, symmetricActivations: Bool = false, reducesRange: Bool = false
  ) {
    self.backend = backend
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.keepsEnds = keepsEnds
    self.rules = rules
    self.scheme = scheme
    self.powerOfTwo = powerOfTwo
    self.perChannelWeights = perChannelWeights
    self.symmetricActivations = symmetricActivations
    self.reducesRange = reducesRange
  }

  /// Precision of a layer; `isEnd` is true for the first and the last one with weights.
  package func precision(of layer: String, isEnd: Bool) -> LayerPrecision {
    if let rule = rules.first(where: { $0.fits(layer) }) { return rule.precision }
    if isEnd, keepsEnds { return .integer(weights: 8, activations: 8) }
    return .integer(weights: weightBits, activations: activationBits)
  }

  /// Grid of weights in so many bits.
  package func weightGrid(bits: Int) -> QuantizationGrid {
    var grid = backend.weightGrid(bits: bits)
    if let perChannelWeights { grid.perChannel = perChannelWeights }
    grid.powerOfTwo = powerOfTwo
    return grid
  }

  /// Grid of an output; `isPositive` where an activation leaves nothing below 0.
  ///
  /// Trained ranges keep their zero point fixed, so there the grid is symmetric unless nothing lies below 0.
  package func activationGrid(bits: Int, isPositive: Bool) -> QuantizationGrid {
    var grid = backend.activationGrid(bits: reducesRange ? min(bits, 7) : bits)
    let learns = scheme != .movingAverage && !isPositive
    if symmetricActivations || learns, !grid.symmetric {
      let edge = 1 << (bits - 1) - 1
      grid = QuantizationGrid(minimum: -edge, maximum: edge, symmetric: true)
    }
    grid.powerOfTwo = powerOfTwo
    return grid
  }

  var rangeMethod: RangeMethod {
    switch scheme {
    case .movingAverage: .observed
    case .learnedScale: .learnedScale
    case .clippedActivation: .clippedActivation
    }
  }
}
