import Glibc
package import GraphIR

/// A model of the same function whose channels have ranges far apart.
package struct ChannelSpread: Sendable {
  package var model: Model
  /// Pairs of layers, and channels between them, that were scaled.
  package var pairs: Int
  package var channels: Int
  /// Channels that stayed as they were because their ReLU6 reached 6.
  package var clippedChannels: Int
}

/// Scales channels between layers down at random, each by a factor k^(−u³), u even in [0, 1]: the float function stays,
/// and one scale a tensor no longer fits all channels.
///
/// Most factors are near 1 and a few near 1/k. The layer that reads the few has weights k times as large, to which one
/// scale for the whole tensor gives all its steps; while most activations keep theirs.
///
/// It makes at will what MobileNetV2's published weights have by nature. Where a network has depthwise convolutions, only
/// the channels before those are scaled: there both layers have an output a channel, so one scale an output fits again.
/// Elsewhere the second layer's weights differ within each output, which no scale an output repairs.
///
/// `maxima` is as for `equalize`; after a ReLU6, channels that reach 6 stay as they are.
package func spreadChannels(
  _ model: Model, by k: Float, seed: UInt64, maxima: [String: [Float]] = [:]
) throws(RewriteError) -> ChannelSpread {
  var spread = ChannelSpread(model: model, pairs: 0, channels: 0, clippedChannels: 0)
  for pair in model.graph.spreadablePairs {
    let head = model.graph.nodes[pair.first.head]
    var generator = SeededGenerator(seed: seed, purpose: "spread " + head.name)
    var scaled = 0
    let factors = (0..<head.shape.channels).map { channel in
      let place = generator.uniform()
      if pair.activation == .relu6 {
        guard let reached = maxima[head.name]?[channel], reached < unclippedShare * 6 else { return Float(1) }
      }
      scaled += 1
      return powf(k, -place * place * place)
    }
    spread.clippedChannels += factors.count - scaled
    guard scaled > 0 else { continue }
    try spread.model.scaleChannels(pair, by: factors)
    spread.pairs += 1
    spread.channels += scaled
  }
  return spread
}

extension Graph {
  /// The pairs whose channels are spread: those before depthwise convolutions, or all where there are none.
  package var spreadablePairs: [ScalablePair] {
    let pairs = scalablePairs
    let depthwise = pairs.filter { pair in
      guard case .convolution(let convolution) = nodes[pair.second.head].operation else { return false }
      return convolution.groups > 1 && convolution.groups == convolution.inputs
    }
    return depthwise.isEmpty ? pairs : depthwise
  }
}
