package import Quantization

/// What a sweep over the layers of a model has come to.
package struct SensitivityReport: Sendable {
  /// All layers quantized; nil where it was not measured.
  package var quantized: TrialFigures?
  /// Most sensitive first, by the signal-to-noise ratio with the layer alone quantized; what was not measured last.
  package var layers: [LayerSensitivity] = []
  package var isComplete = false

  /// Ranks the layers; ties, and what was not measured, keep the order of execution.
  mutating func rank() {
    let keys = layers.map { $0.alone?.signalToNoise ?? .infinity }
    let order = layers.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] < keys[$1] }
    layers = order.map { layers[$0] }
  }
}

extension QuantizationTrials {
  /// Tries each layer alone quantized, then each alone in float.
  ///
  /// Each trial looks at the first `images` of the trials', or at all. `progress` gets trials done, trials in all and the
  /// layer at hand. Where it is cancelled, the report holds what is known by then.
  package func sensitivity(
    _ policy: QuantizationPolicy, images: Int? = nil, cancellation: Cancellation,
    progress: (Int, Int, String) -> Void
  ) throws -> SensitivityReport {
    var report = SensitivityReport(layers: layers.map { LayerSensitivity(layer: $0) })
    let total = 1 + 2 * layers.count
    progress(0, total, "all layers")
    report.quantized = try figures(of: policy, images: images, cancellation: cancellation)
    for (index, layer) in layers.enumerated() where report.quantized != nil {
      progress(1 + index, total, layer)
      let trial = policy.quantizing(only: layer)
      guard let alone = try figures(of: trial, images: images, cancellation: cancellation) else { break }
      report.layers[index].alone = alone
    }
    for (index, layer) in layers.enumerated() where report.layers.last?.alone != nil {
      progress(1 + layers.count + index, total, layer)
      let trial = policy.keeping([layer])
      guard let spared = try figures(of: trial, images: images, cancellation: cancellation) else { break }
      report.layers[index].spared = spared
    }
    report.isComplete = report.layers.last?.spared != nil
    report.rank()
    return report
  }
}
