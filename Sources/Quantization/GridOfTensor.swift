package import GraphIR

extension Graph {
  /// The fake quantization whose grid a tensor lies on; nil where it is float.
  package func grid(of tensor: NodeID) -> FakeQuantize? {
    let node = nodes[tensor]
    if case .fakeQuantize(let quantizer) = node.operation { return quantizer }
    return node.operation.traits.gridEffect == .needsItsOwn ? nil : node.inputs.first.flatMap(grid(of:))
  }

  /// The grid that a node's codes lie on; nil for a node that computes floats.
  package func codeGrid(of id: NodeID) -> QuantizationParameters? {
    let (operation, inputs) = (nodes[id].operation.traits, nodes[id].inputs)
    return operation.outputGrid
      ?? (operation.gridEffect == .needsItsOwn ? nil : inputs.first.flatMap(codeGrid(of:)))
  }
}

extension Model {
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

/// A trained scale with the zero point at 0, where every grid of trained ranges has it.
private func fixedZeroPoint(scale: Float, _ grid: QuantizationGrid) -> QuantizationParameters {
  QuantizationParameters(scale: gridScale(scale, grid), zeroPoint: 0, grid: grid)
}
