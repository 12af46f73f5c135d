package import Quantization

/// Layers that are left in float so that the rest may be quantized.
package struct KeptLayers: Hashable, Sendable {
  /// In order of execution.
  package var layers: [String]
  package var figures: TrialFigures
}

extension QuantizationTrials {
  /// The fewest layers found that, left in float, keep the loss of accuracy within `target`, a share.
  ///
  /// Takes layers in the order of `ranking`, twice as many until it is enough, goes back by halves, and then gives up
  /// each layer that the others do without. Every answer is measured; another set of as many layers, or of fewer in
  /// another order, may do as well. Nil where it was cancelled, or where nothing would be quantized any more:
  /// cancellation tells which.
  package func fewestKept(
    _ policy: QuantizationPolicy, ranking: [String], target: Double, cancellation: Cancellation,
    progress: (String) -> Void
  ) throws -> KeptLayers? {
    try fewestKept(
      policy, ranking: ranking, cancellation: cancellation,
      isEnough: { accuracy - $0.accuracy <= target + 1e-9 && $0.signalToNoise > -.infinity },
      progress: progress)
  }

  /// The same by any rule of what is enough.
  package func fewestKept(
    _ policy: QuantizationPolicy, ranking: [String], cancellation: Cancellation,
    isEnough: (TrialFigures) -> Bool, progress: (String) -> Void
  ) throws -> KeptLayers? {
    func tried(_ kept: [String]) throws -> KeptLayers? {
      progress(kept.count == 1 ? "1 layer in float" : "\(kept.count) layers in float")
      return try figures(of: policy.keeping(kept), cancellation: cancellation).map {
        KeptLayers(layers: layers.filter(kept.contains), figures: $0)
      }
    }
    var (tooFew, count) = (-1, 0)
    var best: KeptLayers?
    while best == nil {
      guard let found = try tried(Array(ranking.prefix(count))) else { return nil }
      if isEnough(found.figures) {
        best = found
      } else {
        guard count < ranking.count - 1 else { return nil }
        (tooFew, count) = (count, min(max(1, 2 * count), ranking.count - 1))
      }
    }
    while count - tooFew > 1 {
      let middle = (count + tooFew) / 2
      guard let found = try tried(Array(ranking.prefix(middle))) else { return nil }
      if isEnough(found.figures) { (best, count) = (found, middle) } else { tooFew = middle }
    }
    guard var kept = best else { return nil }
    for layer in ranking.prefix(count).reversed() where kept.layers.count > 1 {
      guard let found = try tried(kept.layers.filter { $0 != layer }) else { return nil }
      if isEnough(found.figures) { kept = found }
    }
    return kept
  }
}
