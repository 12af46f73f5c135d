package import GraphIR

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
  /// The scales of a layer's folded weights: trained ones, or those of its magnitudes.
  func weightScales(of layer: String, _ weight: Tensor, grid: QuantizationGrid) throws(RewriteError)
    -> [Float]
  {
    let outputs = weight.shape[0]
    return try trainedWeightScales(of: layer, outputs: outputs, grid: grid)
      ?? Quantization.weightScales(of: weight.floats, outputs: outputs, grid: grid)
  }

  /// One scale an output as the grid allows it; nil where none was trained.
  private func trainedWeightScales(of layer: String, outputs: Int, grid: QuantizationGrid)
    throws(RewriteError) -> [Float]?
  {
    guard let stored = parameters[layer + ".weight_scale"]?.floats else { return nil }
    guard stored.count == outputs || stored.count == 1 else {
      throw .missingParameter(layer + ".weight_scale")
    }
    return (0..<outputs).map { gridScale(stored[stored.count == 1 ? 0 : $0], grid) }
  }
}

extension Tensor {
  /// Weights after rounding to the grid and back, with one scale an output.
  func rounded(to grid: QuantizationGrid, scales: [Float]) -> Tensor {
    var values = floats
    let rest = values.count / scales.count
    for output in scales.indices {
      let inverse = 1 / scales[output]
      for index in output * rest..<(output + 1) * rest {
        let code = (values[index] * inverse).rounded(.toNearestOrEven)
        values[index] = min(max(code, Float(grid.minimum)), Float(grid.maximum)) * scales[output]
      }
    }
    return Tensor(values, shape: shape)
  }
}
