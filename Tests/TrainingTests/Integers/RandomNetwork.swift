import GraphIR
import Quantization
import Training

/// A network, a policy and a way to quantize it, drawn from a seed: layers in every order that a chain accepts.
struct RandomNetwork: CustomStringConvertible {
  var seed: UInt64
  var size: Int
  var layers: [Layer]
  var policy: QuantizationPolicy
  /// Calibration alone, with or without equalization; else training.
  var calibrates: Bool
  var equalizes: Bool

  var description: String {
    "seed \(seed), \(size) px: \(layers.map(\.words).joined(separator: " > ")); \(policy)"
  }

  init(seed: UInt64) {
    var draw = SeededGenerator(seed: seed, purpose: "random network")
    self.seed = seed
    size = Int.random(in: 8...16, using: &draw)
    layers = Self.layers(&draw)
    policy = Self.policy(&draw, layers)
    calibrates = Bool.random(using: &draw) && policy.scheme == .movingAverage
    equalizes = Int.random(in: 0..<4, using: &draw) == 0
  }

  private static func layers(_ draw: inout SeededGenerator) -> [Layer] {
    var layers: [Layer] = []
    var channels = 1
    for _ in 0..<Int.random(in: 1...6, using: &draw) { layers.append(image(&draw, &channels)) }
    if Bool.random(using: &draw) {
      layers.append(.dense(outputs: Int.random(in: 4...24, using: &draw)))
      for _ in 0..<Int.random(in: 0...2, using: &draw) { layers.append(vector(&draw)) }
    }
    layers.append(.dense(outputs: 10))
    if Int.random(in: 0..<8, using: &draw) == 0 {
      layers.append(Bool.random(using: &draw) ? .batchNorm : .activation(.relu))
    }
    return layers
  }

  private static func image(_ draw: inout SeededGenerator, _ channels: inout Int) -> Layer {
    switch Int.random(in: 0..<14, using: &draw) {
    case 0..<5:
      let kernel = [1, 3, 3, 5].randomElement(using: &draw) ?? 3
      let depthwise = channels > 1 && Int.random(in: 0..<4, using: &draw) == 0
      let outputs = depthwise ? channels : Int.random(in: 1...20, using: &draw)
      let groups = depthwise ? channels : 1
      channels = outputs
      return .convolution(
        outputs: outputs, kernel: kernel, stride: Int.random(in: 1...2, using: &draw),
        padding: Int.random(in: 0..<3, using: &draw) == 0 ? 0 : kernel / 2, groups: groups)
    case 5..<7: return .batchNorm
    case 7..<9: return .activation(activations.randomElement(using: &draw) ?? .relu)
    case 9: return .pool(Pooling(.maximum, kernel: 2, stride: Int.random(in: 1...2, using: &draw)))
    case 10:
      let kernel = Int.random(in: 2...3, using: &draw)
      return .pool(
        Pooling(
          .average, kernel: kernel, stride: Int.random(in: 1...kernel, using: &draw),
          padding: Int.random(in: 0...1, using: &draw)))
    case 11: return .pool(.globalAverage)
    case 12: return .dropout(rate: 0.2)
    default: return .flatten
    }
  }

  private static let activations = Activation.catalogue.map {
    $0.make($0.parameters.map { _ in 0.1 })
  }

  private static func vector(_ draw: inout SeededGenerator) -> Layer {
    switch Int.random(in: 0..<6, using: &draw) {
    case 0: .batchNorm
    case 1..<3: .activation(activations.randomElement(using: &draw) ?? .relu)
    case 3: .dropout(rate: 0.3)
    case 4: .dense(outputs: Int.random(in: 2...16, using: &draw))
    default: .flatten
    }
  }

  private static func policy(_ draw: inout SeededGenerator, _ layers: [Layer]) -> QuantizationPolicy {
    let backend = QuantizationBackend.allCases.randomElement(using: &draw) ?? .x86
    let narrow = backend.hasNarrowWidths && Bool.random(using: &draw)
    var policy = QuantizationPolicy(
      backend: backend, weightBits: narrow ? Int.random(in: 2...8, using: &draw) : 8,
      activationBits: narrow ? Int.random(in: 2...8, using: &draw) : 8,
      keepsEnds: Bool.random(using: &draw),
      scheme: [.movingAverage, .movingAverage, .learnedScale, .clippedActivation].randomElement(using: &draw)
        ?? .movingAverage,
      powerOfTwo: Int.random(in: 0..<4, using: &draw) == 0,
      perChannelWeights: Int.random(in: 0..<3, using: &draw) == 0 ? false : nil,
      symmetricActivations: Int.random(in: 0..<4, using: &draw) == 0,
      reducesRange: backend == .x86 && Bool.random(using: &draw))
    if Int.random(in: 0..<5, using: &draw) == 0 {
      let pattern = ["conv1", "fc*", "conv*"].randomElement(using: &draw) ?? "conv1"
      policy.rules = [LayerRule(pattern, .float(.float32))]
    }
    return policy
  }
}

extension Layer {
  /// As a chain is written.
  var words: String {
    switch self {
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      "conv(\(outputs), \(kernel), stride: \(stride), padding: \(padding ?? kernel / 2), groups: \(groups))"
    case .batchNorm: "bn"
    case .activation(let activation): activation.description
    case .pool(let pooling):
      pooling.global
        ? "globalpool"
        : "\(pooling.kind == .maximum ? "pool" : "avgpool")(\(pooling.kernel), stride: \(pooling.stride), padding: \(pooling.padding))"
    case .flatten: "flatten"
    case .dropout(let rate): "dropout(\(rate))"
    case .dense(let outputs): "fc(\(outputs))"
    }
  }
}
