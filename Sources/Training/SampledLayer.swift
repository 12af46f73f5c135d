package import Datasets
import Execution
package import GraphIR
import Quantization

/// A layer's weights and some of its outputs, as they are before any rounding.
package struct SampledLayer: Sendable {
  /// Batch norm folded in, row-major [outputs, rest].
  package var weights: [Float]
  package var outputs: Int
  /// Of the layer's outputs for the batches that were run: so many at most, from all images, channels and places.
  package var activations: [Float]
  /// How many outputs there were to choose from.
  package var activationCount: Int
  /// True where a rectifier leaves nothing below 0.
  package var isPositive: Bool

  /// Whole rows of the weights, evenly spread over all outputs, that come to no more than `limit` values; one at least.
  package func weightSample(limit: Int) -> (rows: [Int], values: [Float]) {
    let width = weights.count / max(outputs, 1)
    let count = max(1, min(outputs, limit / max(width, 1)))
    let rows = (0..<count).map { $0 * outputs / count }
    return (rows, rows.flatMap { weights[$0 * width..<($0 + 1) * width] })
  }
}

/// Values of a layer with weights of a float or fake-quantized model; nil where it was cancelled.
///
/// Outputs are those for `batches` of training images, the same that calibration with this seed draws.
package func sampledLayer(
  of layer: String, in model: Model, on data: Dataset, batches: CalibrationBatches, limit: Int, seed: UInt64,
  cancellation: Cancellation, progress: (Int, Int) -> Void
) throws -> SampledLayer? {
  try check(model, fits: data.training, classes: data.classNames.count)
  guard let group = model.graph.layerGroups.first(where: { model.graph.nodes[$0.head].name == layer }),
    let weights = try LayerWeights(group, in: model, keepsUnrounded: true)
  else { throw RewriteError.missingParameter(layer + ".weight") }
  var result = SampledLayer(
    weights: weights.unrounded, outputs: weights.weight.shape[0], activations: [], activationCount: 0,
    isPositive: group.activation != nil)
  let (plan, output) = try outputPlan(of: layer, in: model, data: data, batches: batches, seed: seed)
  let each = max(1, limit / max(batches.count, 1))
  let isWhole = try plan.forEachBatch(
    cancellation: cancellation, progress: { done, all in progress(done, all) },
    { plan in
      guard let values = plan.values(of: output), !values.isEmpty else { return }
      result.activationCount += values.count
      // A prime step visits all images, channels and places.
      for sample in 0..<min(each, values.count) {
        let value = values[(sample * 104_729 + 7) % values.count]
        if value.isFinite { result.activations.append(value) }
      }
    })
  return isWhole ? result : nil
}
