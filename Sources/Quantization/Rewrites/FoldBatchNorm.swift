package import GraphIR

/// Folds batch norm into the convolution before it: w' = w·γ/√(v+ε), b' = β + (b − μ)·γ/√(v+ε).
///
/// What a fake-quantized model's layers compute in inference mode is kept: its folded weights are rounded to their
/// grid, and the layers become plain convolutions with those weights. Batch norm with no layer to be folded into stays
/// in a float model; in a fake-quantized one it becomes what integers make of it, a convolution of each channel with its
/// factor. Dropout, which passes everything on, goes.
package func foldBatchNorm(_ model: consuming Model) throws(RewriteError) -> Model {
  model.graph = try model.graph.withoutDropout()
  let graph = model.graph
  var folded = GraphRewrite(of: graph)
  var parameters = ParameterSet()

  for group in graph.layerGroups {
    let weights = try LayerWeights(group, in: copy model)
    for id in group.members where !folded.holds(id) {
      if id == group.norm, id != group.head, weights != nil {
        try folded.leaveOut(id)
        continue
      }
      let node = graph.nodes[id]
      var operation = node.operation
      if id == group.head, let weights {
        operation = weights.operation
        parameters[node.name + ".weight"] = weights.weight
        parameters[node.name + ".bias"] = weights.bias
      } else {
        for (name, tensor) in model.parameters.tensors where operation.owns(name, node: node.name) {
          parameters[name] = tensor
        }
      }
      try folded.carry(id, as: operation)
    }
    // A model that nobody else holds goes as its folded twin comes.
    if weights != nil {
      for id in group.members { model.parameters.removeWeights(of: graph.nodes[id].name) }
    }
  }
  let result = Model(kind: model.kind, graph: folded.graph, parameters: parameters)
  // Of two batch norms in a row, the second now follows the layer.
  return folded.graph.hasFoldableNorms ? try foldBatchNorm(result) : result
}

extension Graph {
  fileprivate var hasFoldableNorms: Bool { layerGroups.contains { $0.norm != nil && $0.norm != $0.head } }
}

extension ParameterSet {
  fileprivate mutating func removeWeights(of node: String) {
    for suffix in [".weight", ".bias", ".running_mean", ".running_var"] { self[node + suffix] = nil }
  }
}

extension Operation {
  fileprivate func owns(_ parameter: String, node: String) -> Bool {
    if case .fakeQuantize(let quantizer) = self { return parameter.hasPrefix(quantizer.observer + ".") }
    return parameter.hasPrefix(node + ".")
  }
}

extension Model {
  /// Weights and biases of a group's head with batch norm folded in, not rounded; batch norm that stands alone has a
  /// weight a channel.
  func folded(_ group: LayerGroup, hasBias: Bool) throws(RewriteError) -> (weights: Tensor, biases: [Float]) {
    let name = graph.nodes[group.head].name
    var weight = try parameter(name + ".weight")
    if group.head == group.norm { weight = Tensor(repeating: 1, shape: [weight.count, 1, 1, 1]) }
    let outputs = weight.shape[0]
    var biases = hasBias ? try parameter(name + ".bias").floats : Array(repeating: 0, count: outputs)
    guard let norm = group.norm, case .batchNorm(let batchNorm) = graph.nodes[norm].operation else {
      return (weight, biases)
    }
    let prefix = graph.nodes[norm].name
    let gamma = try parameter(prefix + ".weight").floats
    let beta = try parameter(prefix + ".bias").floats
    let mean = try parameter(prefix + ".running_mean").floats
    let variance = try parameter(prefix + ".running_var").floats
    var values = weight.floats
    let rest = values.count / outputs
    for output in 0..<outputs {
      let factor = gamma[output] / (variance[output] + batchNorm.epsilon).squareRoot()
      biases[output] = beta[output] + (biases[output] - mean[output]) * factor
      for index in output * rest..<(output + 1) * rest { values[index] *= factor }
    }
    return (Tensor(values, shape: weight.shape), biases)
  }
}
