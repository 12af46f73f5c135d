package import GraphIR

/// Forms of a fake-quantized model whose activations are rounded otherwise, or not at all; weights stay as they are.
extension Model {
  /// Without rounding of the activations whose ranges these observers have; of all where none are named.
  package func withFloatActivations(of observers: Set<String>? = nil) throws(RewriteError) -> Model {
    var form = self
    form.graph = try graph.rewritten { node in
      guard case .fakeQuantize(let quantizer) = node.operation else { return node.operation }
      return observers?.contains(quantizer.observer) ?? true ? nil : node.operation
    }
    return form
  }

  /// With the same steps and so many more of them at both ends that nothing is clipped: what clipping costs is what this
  /// wins back.
  package func withUnclippedActivations() throws(RewriteError) -> Model {
    try changingActivationGrids { own in
      var grid = own.grid
      grid.minimum -= stepsBeyondEnds
      grid.maximum += stepsBeyondEnds
      return (grid, own.scale, own.zeroPoint)
    }
  }

  /// With 256 steps in the place of each, between the same ends: what rounding costs is what this wins back.
  package func withFineActivations() throws(RewriteError) -> Model {
    try changingActivationGrids { $0.finer(256) }
  }

  /// With the steps that 8 bits have between the same ends, where there are fewer.
  package func withByteActivations() throws(RewriteError) -> Model {
    try changingActivationGrids { $0.finer($0.grid.stepsToByte) }
  }

  /// The state of a quantizer by which its grid has this scale and zero point.
  package mutating func setGrid(_ parameters: QuantizationParameters, of quantizer: FakeQuantize) {
    let grid = parameters.grid
    let observer = quantizer.observer
    switch quantizer.method {
    case .learnedScale: self.parameters[observer + ".scale"] = Tensor([parameters.scale])
    case .clippedActivation:
      self.parameters[observer + ".alpha"] = Tensor([parameters.scale * Float(grid.edge)])
    case .observed:
      var ends = (parameters.value(of: Int32(grid.minimum)), parameters.value(of: Int32(grid.maximum)))
      if grid.symmetric {
        let edge = parameters.scale * Float(grid.maximum - grid.minimum) / 2
        ends = (-edge, edge)
      }
      self.parameters[observer + ".min_val"] = Tensor([ends.0])
      self.parameters[observer + ".max_val"] = Tensor([ends.1])
    }
  }

  private func changingActivationGrids(
    _ change: (QuantizationParameters) -> (grid: QuantizationGrid, scale: Float, zeroPoint: Int32)
  ) throws(RewriteError) -> Model {
    var form = self
    var grids: [String: QuantizationGrid] = [:]
    for case .fakeQuantize(let quantizer) in graph.nodes.map(\.operation)
    where grids[quantizer.observer] == nil {
      let changed = change(try quantizationParameters(quantizer))
      grids[quantizer.observer] = changed.grid
      form.setGrid(
        QuantizationParameters(scale: changed.scale, zeroPoint: changed.zeroPoint, grid: changed.grid),
        of: quantizer)
    }
    form.graph = try graph.rewritten { node in
      guard case .fakeQuantize(var quantizer) = node.operation else { return node.operation }
      quantizer.grid = grids[quantizer.observer] ?? quantizer.grid
      return .fakeQuantize(quantizer)
    }
    return form
  }
}

/// More than a tensor of activations reaches beyond its range, and few enough that a code is exact in float.
private let stepsBeyondEnds = 1 << 20

extension QuantizationParameters {
  fileprivate func finer(_ factor: Int) -> (grid: QuantizationGrid, scale: Float, zeroPoint: Int32) {
    (grid.finer(factor), scale / Float(factor), zeroPoint * Int32(clamping: factor))
  }
}
