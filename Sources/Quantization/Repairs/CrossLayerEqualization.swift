package import GraphIR

/// What cross-layer equalization did.
package struct Equalization: Sendable {
  package var model: Model
  /// Pairs of layers whose channels were scaled.
  package var pairs: Int
  /// The largest ratio of two channels' weight ranges within a layer before a pair, before and after.
  package var spreadBefore: Float
  package var spreadAfter: Float
  /// Channels that stayed as they were because their ReLU6 reached 6, where scaling would change the function.
  package var clippedChannels: Int
}

/// Scales channels between layers until both layers have the same range of weights in each: the float function stays,
/// and one scale a tensor fits all channels (Nagel and others: "Data-Free Quantization", 2019).
///
/// With r₁ the largest magnitude of the folded weights that compute a channel and r₂ of those that read it, the channel
/// is divided by s = √(r₁/r₂), which makes both √(r₁·r₂). Chains of more than two layers, such as the depthwise triples
/// of MobileNetV2, settle by sweeping over all pairs until no factor moves. `maxima` holds the greatest value of each
/// channel after a ReLU6, by the name of its layer: such a channel is scaled only as far as it stays below 6, and one
/// that reached 6 not at all; without an entry none of its channels is scaled.
package func equalize(_ model: Model, maxima: [String: [Float]] = [:]) throws(RewriteError) -> Equalization {
  var result = model
  let pairs = model.graph.scalablePairs
  var maxima = maxima
  var clipped: Set<String> = []
  let before = try spread(of: result, pairs)
  for _ in 0..<greatestSweepCount {
    var change: Float = 1
    for pair in pairs {
      let name = model.graph.nodes[pair.first.head].name
      let ranges = try result.weightRanges(around: pair)
      var factors = [Float](repeating: 1, count: ranges.computing.count)
      for channel in factors.indices {
        let (own, next) = (ranges.computing[channel], ranges.reading[channel])
        guard own > leastRange, next > leastRange else { continue }
        var factor = (next / own).squareRoot()
        if pair.activation == .relu6 {
          guard let reached = maxima[name]?[channel], reached < unclippedShare * 6 else {
            clipped.insert("\(name) \(channel)")
            continue
          }
          if reached > 0 { factor = min(factor, unclippedShare * 6 / reached) }
          maxima[name]?[channel] *= factor
        }
        factors[channel] = factor
        change = max(change, factor, 1 / factor)
      }
      try result.scaleChannels(pair, by: factors)
    }
    if change < 1.001 { break }
  }
  return Equalization(
    model: result, pairs: pairs.count, spreadBefore: before, spreadAfter: try spread(of: result, pairs),
    clippedChannels: clipped.count)
}

/// Sweeps over all pairs; chains of three settle in about ten.
private let greatestSweepCount = 40
/// A channel whose weights are smaller is switched off, and has no range to match.
private let leastRange: Float = 1e-12
/// How much of the way to 6 a channel may use after scaling, so that images which were not seen stay below it too.
package let unclippedShare: Float = 0.999

/// The largest ratio of the ranges of two channels in the first layer of a pair.
private func spread(of model: Model, _ pairs: [ScalablePair]) throws(RewriteError) -> Float {
  var largest: Float = 1
  for pair in pairs {
    let ranges = try model.weightRanges(around: pair).computing.filter { $0 > leastRange }
    guard let least = ranges.min(), let most = ranges.max() else { continue }
    largest = max(largest, most / least)
  }
  return largest
}
