package import GraphIR

/// Looks at every layer with weights of an integer or dynamically quantized model, in execution order.
///
/// `source` is the model that it was made from, fake-quantized or float, where its weights are those that were rounded;
/// without it, values are those of the integers, and nothing is known of what was lost. Layers of another shape there
/// are left out.
package func inspections(ofIntegers model: Model, source: Model?) throws(RewriteError) -> [LayerInspection] {
  let float = try source.map { source throws(RewriteError) in try unroundedWeights(of: source) } ?? [:]
  var result: [LayerInspection] = []
  for (id, node) in model.graph.nodes.enumerated() {
    guard let stored = node.operation.traits.storedWeights else { continue }
    var inspection = LayerInspection(layer: node.name, stored: stored)
    inspection.output = model.graph.outputGrid(of: id)
    if case .integer(let bits) = stored {
      let integers = try IntegerWeights(node.name, bits: bits, in: model)
      inspection.weights = integers.inspected(beside: float[node.name])
    }
    result.append(inspection)
  }
  return result
}

/// Weights of an integer layer with what they stand for.
private struct IntegerWeights {
  var grid: QuantizationGrid
  var scales: [Float]
  var shape: [Int]
  var values: [Float]

  init(_ layer: String, bits: Int, in model: Model) throws(RewriteError) {
    let weight = try model.parameter(layer + ".weight")
    let scales = try model.parameter(layer + ".scale").floats
    let rest = max(weight.count / max(scales.count, 1), 1)
    let edge = 1 << (bits - 1) - 1
    grid = QuantizationGrid(minimum: -edge, maximum: edge, symmetric: true, perChannel: Set(scales).count > 1)
    self.scales = scales
    shape = weight.shape
    values = weight.int8s.enumerated().map { Float($0.element) * scales[$0.offset / rest] }
  }

  func inspected(beside float: Tensor?) -> LayerInspection.Weights {
    guard let float, float.shape == shape else {
      return LayerInspection.Weights(grid: grid, scales: scales, values: values)
    }
    var weights = LayerInspection.Weights(grid: grid, scales: scales, values: float.floats)
    weights.loss = roundingLoss(of: float.floats, rounded: values, scales: scales, grid: grid)
    return weights
  }
}

/// Weights by layer, batch norm folded in, before any rounding.
private func unroundedWeights(of model: Model) throws(RewriteError) -> [String: Tensor] {
  var weights: [String: Tensor] = [:]
  for group in model.graph.layerGroups {
    guard let layer = try LayerWeights(group, in: model, keepsUnrounded: true) else { continue }
    weights[model.graph.nodes[group.head].name] = Tensor(layer.unrounded, shape: layer.weight.shape)
  }
  return weights
}

extension Operation {
  /// True for what a float layer's output goes through before it is rounded.
  fileprivate var isElementwise: Bool {
    if case .activation = self { true } else { self == .add }
  }
}

extension Graph {
  /// The grid that an integer layer leaves its output on, or that its float output is rounded to next.
  fileprivate func outputGrid(of id: NodeID) -> QuantizationParameters? {
    if let grid = nodes[id].operation.traits.outputGrid { return grid }
    var current = id
    while let next = consumers[current].first, consumers[current].count == 1 {
      if case .integer(.quantize(let grid)) = nodes[next].operation { return grid }
      guard nodes[next].operation.isElementwise else { return nil }
      current = next
    }
    return nil
  }
}
