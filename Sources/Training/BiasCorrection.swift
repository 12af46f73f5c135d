package import Datasets
package import GraphIR
import Quantization

/// Takes out of each layer's bias what rounding added to the mean of its outputs (Nagel and others: "Data-Free
/// Quantization", 2019, the empirical form).
///
/// `quantized` is a calibrated model and `float` the one it was made from, both with batch norm folded. Layer by layer,
/// the mean of an output channel over images and positions before activation is compared between the two; each layer
/// sees inputs that layers before it have corrected already. A convolution is linear, so its mean output is that of
/// its mean input. `progress` gets layers done and layers in all; nil where it was cancelled.
package func correctBias(
  _ quantized: Model, float: Model, on data: Dataset, batches: CalibrationBatches, seed: UInt64,
  cancellation: Cancellation, progress: (Int, Int) -> Void = { _, _ in }
) throws -> Model? {
  var corrected = quantized
  let layers = try WeightedLayer.all(of: float)
  let means = try meanInputs(
    of: layers.map(\.input), float, data, batches, seed: seed, cancellation: cancellation)
  guard let means else { return nil }
  for (index, layer) in layers.enumerated() {
    defer { progress(index + 1, layers.count) }
    guard let own = try WeightedLayer.all(of: corrected).first(where: { $0.name == layer.name }),
      own.weights.grid != nil, corrected.parameters[layer.name + ".bias"] != nil
    else { continue }
    let input = try meanInputs(
      of: [own.input], corrected, data, batches, seed: seed, cancellation: cancellation)
    guard let input = input?.first else { return nil }
    let expected = channelMeans(try layer.outputs(for: means[index]), layer.outputShape)
    let found = channelMeans(try own.outputs(for: input), own.outputShape)
    let bias = zip(own.weights.bias.floats, zip(expected, found)).map { $0 + $1.0 - $1.1 }
    corrected.parameters[layer.name + ".bias"] = Tensor(bias)
  }
  return corrected
}

/// The mean over images of the tensors that feed layers; nil where it was cancelled.
private func meanInputs(
  of nodes: [Graph.NodeID], _ model: Model, _ data: Dataset, _ batches: CalibrationBatches, seed: UInt64,
  cancellation: Cancellation
) throws -> [[Float]]? {
  let plan = try CalibrationPlan(
    model, data: data, batches: batches, seed: seed, capturing: Array(Set(nodes)))
  var sums = nodes.map { [Double](repeating: 0, count: model.graph.nodes[$0].shape.count) }
  let done = try plan.forEachBatch(cancellation: cancellation) { plan in
    for (index, node) in nodes.enumerated() {
      guard let values = plan.values(of: node) else { continue }
      let count = sums[index].count
      for image in 0..<values.count / count {
        for place in 0..<count { sums[index][place] += Double(values[image * count + place]) }
      }
    }
  }
  return done ? sums.map { $0.map { Float($0 / Double(batches.images)) } } : nil
}

private func channelMeans(_ values: [Float], _ shape: Shape) -> [Float] {
  (0..<shape.channels).map { channel in
    let plane = values[channel * shape.spatial..<(channel + 1) * shape.spatial]
    return Float(plane.reduce(0.0) { $0 + Double($1) } / Double(shape.spatial))
  }
}
