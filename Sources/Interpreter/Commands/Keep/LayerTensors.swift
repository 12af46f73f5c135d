import GraphIR

extension Model {
  /// Its parameters under torchvision's names, and for each layer on codes the grids that it reads and writes:
  /// `LAYER.input_scale`, `LAYER.input_zero_point`, and the same of `output` and `residual`, each of one element.
  ///
  /// Codes are unsigned, the value of one is scale · (code − zero point); that of a weight is its `scale` times it.
  var tensorsWithGrids: ParameterSet {
    var parameters = self.parameters
    for node in graph.nodes {
      for (role, grid) in node.operation.codeGrids {
        parameters["\(node.name).\(role)_scale"] = Tensor([grid.scale])
        parameters["\(node.name).\(role)_zero_point"] = Tensor(
          shape: [1], elements: .int32([grid.zeroPoint]))
      }
    }
    return parameters
  }
}

extension Operation {
  fileprivate var codeGrids: [(role: String, grid: QuantizationParameters)] {
    guard case .integer(let operation) = self else { return [] }
    let grids: [(String, QuantizationParameters?)] =
      switch operation {
      case .quantize(let grid): [("output", grid)]
      case .dequantize(let grid): [("input", grid)]
      case .requantize(let table): [("input", table.input), ("output", table.output)]
      case .pool(let layer): [("input", layer.input), ("output", layer.output)]
      case .convolution(let layer):
        [("input", layer.input), ("residual", layer.residual), ("output", layer.output)]
      case .dense(let layer): [("input", layer.input), ("output", layer.output)]
      case .dynamicDense: []
      }
    return grids.compactMap { role, grid in grid.map { (role, $0) } }
  }
}
