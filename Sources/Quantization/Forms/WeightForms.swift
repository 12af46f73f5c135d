package import GraphIR

/// Forms of a fake-quantized model whose weights are rounded otherwise, or not at all; activations stay as they are.
extension Model {
  /// Without rounding of the weights of these layers; of all where none are named.
  package func withFloatWeights(of layers: Set<String>? = nil) throws(RewriteError) -> Model {
    try changingWeightGrids { name, grid in layers?.contains(name) ?? true ? nil : grid }
  }

  /// With a scale of its own for each output of every layer, from its magnitudes.
  package func withChannelScales() throws(RewriteError) -> Model {
    var form = try changingWeightGrids { _, grid in
      var grid = grid
      grid.perChannel = true
      return grid
    }
    for node in graph.nodes where node.operation.weightGrid?.perChannel == false {
      form.parameters[node.name + weightScaleSuffix] = nil
    }
    return form
  }

  /// With weight scales from magnitudes in the place of those that were stored, of these layers or of all.
  package func withScalesOfMagnitudes(of layers: Set<String>? = nil) -> Model {
    var form = self
    for node in graph.nodes where layers?.contains(node.name) ?? true {
      form.parameters[node.name + weightScaleSuffix] = nil
    }
    return form
  }

  /// With the steps that 8 bits have in the same range, where a layer has fewer.
  package func withByteWeights() throws(RewriteError) -> Model {
    var form = try changingWeightGrids { _, grid in grid.finer(grid.stepsToByte) }
    for node in graph.nodes {
      guard let grid = node.operation.weightGrid, grid.stepsToByte > 1,
        let scales = parameters[node.name + weightScaleSuffix]
      else { continue }
      form.parameters[node.name + weightScaleSuffix] = Tensor(
        scales.floats.map { $0 / Float(grid.stepsToByte) }, shape: scales.shape)
    }
    return form
  }

  /// Scales that are stored beside a layer's weights, and those of its magnitudes, of every layer that has both.
  package func storedWeightScales() throws(RewriteError) -> [(layer: String, stored: [Float], own: [Float])] {
    var found: [(layer: String, stored: [Float], own: [Float])] = []
    for node in graph.nodes {
      guard let grid = node.operation.weightGrid, let stored = parameters[node.name + weightScaleSuffix],
        let weight = parameters[node.name + ".weight"], let outputs = weight.shape.first, outputs > 0
      else { continue }
      let own = Quantization.weightScales(of: weight.floats, outputs: outputs, grid: grid)
      let all = stored.count == outputs ? stored.floats : own.map { _ in stored.floats.first ?? 0 }
      found.append((node.name, all, own))
    }
    return found
  }

  private func changingWeightGrids(
    _ change: (String, QuantizationGrid) -> QuantizationGrid?
  ) throws(RewriteError) -> Model {
    var form = self
    form.graph = try graph.rewritten { node in
      guard let grid = node.operation.weightGrid else { return node.operation }
      return node.operation.roundingWeights(to: change(node.name, grid))
    }
    return form
  }
}

extension QuantizationGrid {
  /// How many steps an 8-bit grid has where this one has one: 2^(8 − bits), 1 for 8 bits and more.
  package var stepsToByte: Int { 1 << max(0, 8 - bits) }

  /// So many steps in the place of each, between the same ends.
  func finer(_ factor: Int) -> QuantizationGrid {
    var grid = self
    (grid.minimum, grid.maximum) = (minimum * factor, maximum * factor)
    return grid
  }
}
