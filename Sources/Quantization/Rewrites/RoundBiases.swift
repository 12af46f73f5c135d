import GraphIR

extension Model {
  /// Rounds biases as the integer model holds them, with the layer's constant in whole units of input scale × weight
  /// scale: with few bits, or channels of very different ranges, that is coarse enough to be seen.
  func roundBiases(
    _ biases: inout [Float], of node: Graph.Node, scales: [Float], constant: Double
  ) throws(RewriteError) {
    guard let source = node.inputs.first, let quantizer = graph.grid(of: source) else { return }
    let inputScale = Double(try quantizationParameters(quantizer).scale)
    for output in biases.indices {
      let unit = inputScale * Double(scales[output])
      biases[output] = Float(Double(wholeUnits(Double(biases[output]) + constant, unit)) * unit - constant)
    }
  }

  func zeroPointConstant(of group: LayerGroup) throws(RewriteError) -> Double {
    guard let quantizer = group.residual.flatMap(graph.grid(of:)) else { return 0 }
    let grid = try quantizationParameters(quantizer).unsigned
    return -Double(grid.scale) * Double(grid.zeroPoint)
  }
}

/// The nearest whole number of units that an int32 holds, ties to even.
package func wholeUnits(_ value: Double, _ unit: Double) -> Int32 {
  Int32(clamping: (value / unit).rounded(.toNearestOrEven))
}
