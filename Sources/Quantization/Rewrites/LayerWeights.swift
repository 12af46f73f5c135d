package import GraphIR

/// Weights of a convolution, a dense layer or a quantized batch norm that stands alone, as inference uses them.
package struct LayerWeights {
  /// The layer with bias and without a grid of its own.
  package var operation: Operation
  package var weight: Tensor
  package var bias: Tensor
  /// One scale an output where the weights are quantized; else nil.
  package var scales: [Float]?
  package var grid: QuantizationGrid?
  /// Real value that an integer layer adds beside its bias, and rounds together with it: what takes out the residual's
  /// zero point.
  package var constant = 0.0
  /// The folded weights before rounding, where they were asked for.
  package var unrounded: [Float] = []

  /// Nil where the group's head has no weights.
  package init?(
    _ group: LayerGroup, in model: Model, keepsUnrounded: Bool = false
  ) throws(RewriteError) {
    let node = model.graph.nodes[group.head]
    guard let layer = node.operation.layer else { return nil }
    (operation, grid) = (layer.operation, node.operation.weightGrid)
    var (folded, biases) = try model.folded(group, hasBias: layer.hasBias)
    if grid == nil, let storage = node.operation.floatStorage, storage != .float32 {
      folded = Tensor(folded.floats.map(storage.rounded), shape: folded.shape)
    }
    if keepsUnrounded { unrounded = folded.floats }
    weight = folded
    if let grid {
      let chosen = try model.weightScales(of: node.name, folded, grid: grid)
      weight = folded.rounded(to: grid, scales: chosen)
      scales = chosen
      constant = try model.zeroPointConstant(of: group)
      try model.roundBiases(&biases, of: node, scales: chosen, constant: constant)
    }
    bias = Tensor(biases)
  }
}

extension Operation {
  /// The layer with bias and without a grid, and whether it has a bias of its own; nil for what is none.
  fileprivate var layer: (operation: Operation, hasBias: Bool)? {
    switch self {
    case .convolution(var convolution):
      let hasBias = convolution.hasBias
      convolution.hasBias = true
      return (Operation.convolution(convolution).roundingWeights(to: nil), hasBias)
    case .dense(var dense):
      let hasBias = dense.hasBias
      dense.hasBias = true
      return (Operation.dense(dense).roundingWeights(to: nil), hasBias)
    case .batchNorm(let norm):
      guard norm.weightGrid != nil else { return nil }
      let scale = Convolution(inputs: norm.channels, outputs: norm.channels, kernel: 1, groups: norm.channels)
      return (.convolution(scale), false)
    case .input, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .integer: return nil
    }
  }
}

extension Model {
  /// The tensor of that name, or the error that names it.
  package func parameter(_ name: String) throws(RewriteError) -> Tensor {
    guard let tensor = parameters[name] else { throw RewriteError.missingParameter(name) }
    return tensor
  }
}
