/// The arithmetic of a network's convolutions and dense layers, by its definition: a multiplication and an addition for
/// each weight at each place of the output, whatever algorithm computes them.
extension Graph {
  /// Multiplications and additions of a forward pass over one image.
  package var forwardOperations: Int {
    nodes.indices.reduce(0) { $0 + operations(of: $1) }
  }

  /// Multiplications and additions of a training step over one image: each layer forward, as many for the gradient of its
  /// weights and as many for that of its input, which layers need only where weights come before them.
  package var trainingOperations: Int {
    var follows = [Bool](repeating: false, count: nodes.count)
    var total = 0
    for (id, node) in nodes.enumerated() {
      let comesAfter = node.inputs.contains { follows[$0] }
      total += (comesAfter ? 3 : 2) * operations(of: id)
      follows[id] = comesAfter || operations(of: id) > 0 || node.operation.isBatchNorm
    }
    return total
  }

  private func operations(of id: NodeID) -> Int {
    let node = nodes[id]
    switch node.operation {
    case .convolution(let convolution): return 2 * convolution.fanIn * node.shape.count
    case .integerConvolution(let integer): return 2 * integer.convolution.fanIn * node.shape.count
    case .dense(let dense): return 2 * dense.inputs * dense.outputs
    case .integerDense(let integer): return 2 * integer.dense.inputs * integer.dense.outputs
    case .dynamicDense(let dynamic): return 2 * dynamic.dense.inputs * dynamic.dense.outputs
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .quantize,
      .dequantize, .requantize, .integerPool:
      return 0
    }
  }
}

extension Operation {
  fileprivate var isBatchNorm: Bool { if case .batchNorm = self { true } else { false } }
}
