package import Datasets
import Execution
package import GraphIR
package import Quantization

/// The distributions of a layer's weights and of its outputs, with the ranges that they could be quantized with.
package struct LayerDistribution: Sendable {
  /// Of the weights with batch norm folded in, as quantization meets them; nil where none is finite.
  package var weights: TensorDistribution?
  package var weightGrid: QuantizationGrid
  /// Of what the layer gives to the next, before any rounding; nil where none is finite.
  package var outputs: TensorDistribution?
  package var outputGrid: QuantizationGrid
}

/// Which grids a layer's distributions are laid on.
package enum GridSource: Sendable {
  /// The model's own, and those of a policy where it has none.
  case own(otherwise: QuantizationPolicy)
  case of(QuantizationPolicy)

  fileprivate var policy: QuantizationPolicy {
    switch self {
    case .own(let policy), .of(let policy): policy
    }
  }

  fileprivate var prefersOwn: Bool { if case .own = self { true } else { false } }
}

/// Looks at a layer with weights of a float or fake-quantized model.
///
/// Outputs are those for `batches` of training images, the same that calibration with this seed draws; what comes before
/// the layer is rounded where the model rounds it. Nil where it was cancelled.
package func layerDistribution(
  of layer: String, in model: Model, on data: Dataset, batches: CalibrationBatches, grids: GridSource,
  seed: UInt64, cancellation: Cancellation, progress: (Int, Int) -> Void
) throws -> LayerDistribution? {
  try check(model, fits: data.training, classes: data.classNames.count)
  guard let group = model.graph.layerGroups.first(where: { model.graph.nodes[$0.head].name == layer }),
    let weights = try LayerWeights(group, in: model, keepsUnrounded: true)
  else { throw RewriteError.missingParameter(layer + ".weight") }
  let quantizer = group.fakeQuantize.flatMap { model.graph.nodes[$0].quantizer }
  let policy = grids.policy
  let weightGrid = (grids.prefersOwn ? weights.grid : nil) ?? policy.weightGrid(bits: policy.weightBits)
  let outputGrid =
    (grids.prefersOwn ? quantizer?.grid : nil)
    ?? policy.activationGrid(bits: policy.activationBits, isPositive: group.activation != nil)
  var result = LayerDistribution(weightGrid: weightGrid, outputGrid: outputGrid)
  result.weights = distribution(of: weights, on: weightGrid)
  let own = try quantizer.map { quantizer in
    TensorDistribution.Candidate(origin: .model, parameters: [try model.quantizationParameters(quantizer)])
  }
  let (plan, output) = try outputPlan(of: layer, in: model, data: data, batches: batches, seed: seed)
  let all = 2 * batches.count
  var panel = ObserverPanel()
  guard
    try plan.forEachBatch(
      cancellation: cancellation, progress: { done, _ in progress(done, all) },
      { plan in if let values = plan.values(of: output) { panel.observe(values) } })
  else { return nil }
  guard var outputs = panel.distribution(on: outputGrid, others: [own].compactMap { $0 }) else {
    return result
  }
  guard
    try plan.forEachBatch(
      cancellation: cancellation, progress: { done, _ in progress(batches.count + done, all) },
      { plan in if let values = plan.values(of: output) { outputs.measure(values) } })
  else { return nil }
  result.outputs = outputs
  return result
}

/// The distribution of a layer's weights, row-major [outputs, rest].
///
/// Weights are all there at once, so each observer sees one batch.
private func distribution(of layer: LayerWeights, on grid: QuantizationGrid) -> TensorDistribution? {
  let outputs = layer.weight.shape[0]
  var perChannel = grid
  perChannel.perChannel = true
  var others = [
    TensorDistribution.Candidate(
      origin: .perChannel,
      parameters: weightScales(of: layer.unrounded, outputs: outputs, grid: perChannel)
        .map { QuantizationParameters(scale: $0, zeroPoint: 0, grid: grid) })
  ]
  if let scales = layer.scales, let own = layer.grid {
    others.append(
      TensorDistribution.Candidate(
        origin: .model,
        parameters: scales.map { QuantizationParameters(scale: $0, zeroPoint: 0, grid: own) }))
  }
  return layer.unrounded.withUnsafeBufferPointer { values in
    var panel = ObserverPanel()
    panel.observe(values)
    var distribution = panel.distribution(on: grid, others: others)
    distribution?.measure(values)
    return distribution
  }
}

/// Runs a model up to a layer's output before it is rounded.
func outputPlan(
  of layer: String, in model: Model, data: Dataset, batches: CalibrationBatches, seed: UInt64
) throws -> (plan: CalibrationPlan, output: Graph.NodeID) {
  var folded = try foldBatchNorm(model)
  guard let group = folded.graph.layerGroups.first(where: { folded.graph.nodes[$0.head].name == layer })
  else { throw RewriteError.missingParameter(layer + ".weight") }
  let end = group.fakeQuantize.flatMap { folded.graph.nodes[$0].inputs.first } ?? group.output
  folded.graph = try folded.graph.upTo(end)
  let plan = try CalibrationPlan(folded, data: data, batches: batches, seed: seed, capturing: [end])
  return (plan, end)
}

extension Graph {
  /// The nodes that are computed up to one, which becomes the output.
  fileprivate func upTo(_ last: NodeID) throws(ShapeError) -> Graph {
    var graph = Graph(architecture: architecture, input: inputShape, normalization: normalization)
    for node in nodes[...last].dropFirst() {
      try graph.append(node.name, node.operation, inputs: node.inputs)
    }
    return graph
  }
}

extension Graph.Node {
  fileprivate var quantizer: FakeQuantize? {
    if case .fakeQuantize(let quantizer) = operation { quantizer } else { nil }
  }
}
