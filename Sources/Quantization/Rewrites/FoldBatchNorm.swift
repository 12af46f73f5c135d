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

  /// The fake quantization whose grid a tensor lies on; nil where it is float.
  package func grid(of tensor: NodeID) -> FakeQuantize? {
    let node = nodes[tensor]
    switch node.operation {
    case .fakeQuantize(let quantizer): return quantizer
    case .pool, .flatten, .dropout: return node.inputs.first.flatMap(grid(of:))
    case .input, .convolution, .batchNorm, .activation, .dense, .add, .quantize, .dequantize, .requantize,
      .integerPool,
      .integerConvolution, .integerDense, .dynamicDense:
      return nil
    }
  }
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
    let hasBias: Bool
    let storage: FloatStorage
    switch node.operation {
    case .convolution(var convolution):
      (hasBias, grid, storage) = (convolution.hasBias, convolution.weightGrid, convolution.storage)
      convolution.hasBias = true
      (convolution.weightGrid, convolution.learnsWeightScale) = (nil, false)
      operation = .convolution(convolution)
    case .dense(var dense):
      (hasBias, grid, storage) = (dense.hasBias, dense.weightGrid, dense.storage)
      dense.hasBias = true
      (dense.weightGrid, dense.learnsWeightScale) = (nil, false)
      operation = .dense(dense)
    case .batchNorm(let norm):
      guard norm.weightGrid != nil else { return nil }
      (hasBias, grid, storage) = (false, norm.weightGrid, .float32)
      operation = .convolution(
        Convolution(inputs: norm.channels, outputs: norm.channels, kernel: 1, groups: norm.channels))
    case .input, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .quantize,
      .dequantize, .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
      return nil
    }
    weight =
      if group.head == group.norm {
        Tensor(repeating: 1, shape: [try model.parameter(node.name + ".weight").count, 1, 1, 1])
      } else {
        try model.parameter(node.name + ".weight")
      }
    let outputs = weight.shape[0]
    var biases =
      hasBias ? try model.parameter(node.name + ".bias").floats : Array(repeating: 0, count: outputs)
    var factors = Array(repeating: Float(1), count: outputs)
    if let norm = group.norm, case .batchNorm(let batchNorm) = model.graph.nodes[norm].operation {
      let name = model.graph.nodes[norm].name
      let gamma = try model.parameter(name + ".weight").floats
      let beta = try model.parameter(name + ".bias").floats
      let mean = try model.parameter(name + ".running_mean").floats
      let variance = try model.parameter(name + ".running_var").floats
      for channel in 0..<outputs {
        factors[channel] = gamma[channel] / (variance[channel] + batchNorm.epsilon).squareRoot()
        biases[channel] = beta[channel] + (biases[channel] - mean[channel]) * factors[channel]
      }
    }
    var values = weight.floats
    let rest = values.count / outputs
    for output in 0..<outputs {
      for index in output * rest..<(output + 1) * rest { values[index] *= factors[output] }
    }
    if grid == nil, storage != .float32 {
      for index in values.indices { values[index] = storage.rounded(values[index]) }
    }
    if keepsUnrounded { unrounded = values }
    if let grid {
      let trained = try model.trainedWeightScales(of: node.name, outputs: outputs, grid: grid)
      let chosen = trained ?? weightScales(of: values, outputs: outputs, grid: grid)
      scales = chosen
      for output in 0..<outputs {
        let inverse = 1 / chosen[output]
        for index in output * rest..<(output + 1) * rest {
          let code = (values[index] * inverse).rounded(.toNearestOrEven)
          values[index] = min(max(code, Float(grid.minimum)), Float(grid.maximum)) * chosen[output]
        }
      }
    }
    if let scales {
      constant = try model.zeroPointConstant(of: group)
      try model.roundBiases(&biases, of: node, scales: scales, constant: constant)
    }
    bias = Tensor(biases)
    weight = Tensor(values, shape: weight.shape)
  }
}

/// Symmetric scales of weights [outputs, …]: the largest magnitude of each output, or of all, on the grid's edge.
package func weightScales(of values: [Float], outputs: Int, grid: QuantizationGrid) -> [Float] {
  let rest = values.count / outputs
  var magnitudes = (0..<outputs).map { output in
    values[output * rest..<(output + 1) * rest].reduce(Float(0)) { max($0, abs($1)) }
  }
  if !grid.perChannel { magnitudes = Array(repeating: magnitudes.max() ?? 0, count: outputs) }
  return magnitudes.map { weightScale(magnitude: $0, grid: grid) }
}

/// magnitude / ((maximum − minimum) / 2), never below float's epsilon.
package func weightScale(magnitude: Float, grid: QuantizationGrid) -> Float {
  gridScale(magnitude / (Float(grid.maximum - grid.minimum) / 2), grid)
}

extension Model {
  /// The tensor of that name, or the error that names it.
  package func parameter(_ name: String) throws(RewriteError) -> Tensor {
    guard let tensor = parameters[name] else { throw RewriteError.missingParameter(name) }
    return tensor
  }

  /// One scale an output as the grid allows it; nil where none was trained.
  fileprivate func trainedWeightScales(of layer: String, outputs: Int, grid: QuantizationGrid)
    throws(RewriteError) -> [Float]?
  {
    guard let stored = parameters[layer + ".weight_scale"]?.floats else { return nil }
    guard stored.count == outputs || stored.count == 1 else {
      throw .missingParameter(layer + ".weight_scale")
    }
    return (0..<outputs).map { gridScale(stored[stored.count == 1 ? 0 : $0], grid) }
  }

  /// Rounds biases as the integer model holds them, with the layer's constant in whole units of input scale × weight
  /// scale: with few bits, or channels of very different ranges, that is coarse enough to be seen.
  fileprivate func roundBiases(
    _ biases: inout [Float], of node: Graph.Node, scales: [Float], constant: Double
  ) throws(RewriteError) {
    guard let source = node.inputs.first, let quantizer = graph.grid(of: source) else { return }
    let inputScale = Double(try quantizationParameters(quantizer).scale)
    for output in biases.indices {
      let unit = inputScale * Double(scales[output])
      biases[output] = Float(Double(wholeUnits(Double(biases[output]) + constant, unit)) * unit - constant)
    }
  }

  fileprivate func zeroPointConstant(of group: LayerGroup) throws(RewriteError) -> Double {
    guard let quantizer = group.residual.flatMap(graph.grid(of:)) else { return 0 }
    let grid = try quantizationParameters(quantizer).unsigned
    return -Double(grid.scale) * Double(grid.zeroPoint)
  }

  /// Scale and zero point that a fake quantization node has come to.
  package func quantizationParameters(_ quantizer: FakeQuantize) throws(RewriteError)
    -> QuantizationParameters
  {
    func state(_ name: String) throws(RewriteError) -> Float {
      guard let value = parameters[quantizer.observer + "." + name]?.floats.first else {
        throw .unobserved(quantizer.observer)
      }
      return value
    }
    let grid = quantizer.grid
    switch quantizer.method {
    case .observed:
      return chooseQuantizationParameters(
        minimum: try state("min_val"), maximum: try state("max_val"), grid: grid)
    case .learnedScale: return fixedZeroPoint(scale: try state("scale"), grid)
    case .clippedActivation:
      return fixedZeroPoint(scale: try state("alpha") / Float(grid.edge), grid)
    }
  }
}

/// The nearest whole number of units that an int32 holds, ties to even.
package func wholeUnits(_ value: Double, _ unit: Double) -> Int32 {
  Int32(clamping: (value / unit).rounded(.toNearestOrEven))
}

/// A trained scale with the zero point at 0, where every grid of trained ranges has it.
private func fixedZeroPoint(scale: Float, _ grid: QuantizationGrid) -> QuantizationParameters {
  QuantizationParameters(scale: gridScale(scale, grid), zeroPoint: 0, grid: grid)
}
