package import Datasets
package import GraphIR
import Quantization

/// The greatest value of each channel after every ReLU6 of a float model, by the name of its layer: what tells how far
/// a channel may be scaled before it would be cut at 6.
///
/// Nil where it was cancelled; empty, without a run, for a network that has none.
package func channelMaxima(
  of model: Model, on data: Dataset, batches: CalibrationBatches, seed: UInt64, cancellation: Cancellation,
  progress: (Int, Int) -> Void = { _, _ in }
) throws -> [String: [Float]]? {
  let folded = try foldBatchNorm(model)
  let groups = folded.graph.layerGroups.filter { group in
    folded.graph.rectifier(of: group) == .relu6 && folded.graph.nodes[group.head].operation.hasWeights
  }
  guard !groups.isEmpty else { return [:] }
  let plan = try CalibrationPlan(
    folded, data: data, batches: batches, seed: seed, capturing: groups.map(\.output))
  var maxima = groups.map { [Float](repeating: 0, count: folded.graph.nodes[$0.output].shape.channels) }
  let done = try plan.forEachBatch(cancellation: cancellation, progress: progress) { plan in
    for (index, group) in groups.enumerated() {
      guard let values = plan.values(of: group.output) else { continue }
      raise(&maxima[index], to: values, plane: folded.graph.nodes[group.output].shape.spatial)
    }
  }
  guard done else { return nil }
  return Dictionary(
    zip(groups.map { folded.graph.nodes[$0.head].name }, maxima), uniquingKeysWith: { first, _ in first })
}

private func raise(_ maxima: inout [Float], to values: UnsafeBufferPointer<Float>, plane: Int) {
  let channels = maxima.count
  for row in 0..<values.count / plane {
    var greatest = maxima[row % channels]
    for index in row * plane..<(row + 1) * plane { greatest = max(greatest, values[index]) }
    maxima[row % channels] = greatest
  }
}
