package import GraphIR

/// What quantization does to one layer of a fake-quantized model.
package struct LayerInspection: Sendable {
  package var layer: String
  /// Nil where the layer stays in float.
  package var weights: Weights?
  /// Grid of its output; nil for logits, and between float layers.
  package var output: QuantizationParameters?
  /// How the output's range came about.
  package var method: RangeMethod?

  /// The rounded weights, batch norm folded in.
  package struct Weights: Sendable {
    package var grid: QuantizationGrid
    package var leastScale, greatestScale: Float
    package var leastValue, greatestValue: Float
    /// Share of weights beyond the grid's edges, from 0 to 1.
    package var clipped: Double
    /// Σ w² and Σ (w − ŵ)², of which 10·log10 of the ratio is the SQNR in dB.
    package var power, noise: Double

    /// 6.02 dB a bit: what a uniform grid can reach at best, as a rule of thumb.
    package var ceiling: Double { 6.02 * Double(grid.bits) }
  }
}

/// Looks at every layer with weights, in execution order; throws where a range was never observed.
package func inspections(of model: Model) throws(RewriteError) -> [LayerInspection] {
  var result: [LayerInspection] = []
  for group in model.graph.layerGroups {
    guard let weights = try LayerWeights(group, in: model, keepsUnrounded: true) else { continue }
    var inspection = LayerInspection(layer: model.graph.nodes[group.head].name)
    if let grid = weights.grid, let scales = weights.scales {
      inspection.weights = LayerInspection.Weights(weights, grid: grid, scales: scales)
    }
    if let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = model.graph.nodes[id].operation {
      inspection.output = try model.quantizationParameters(quantizer)
      inspection.method = quantizer.method
    }
    result.append(inspection)
  }
  return result
}

extension LayerInspection.Weights {
  init(_ layer: LayerWeights, grid: QuantizationGrid, scales: [Float]) {
    let rest = max(layer.unrounded.count / max(scales.count, 1), 1)
    let rounded = layer.weight.floats
    var clipped = 0
    (power, noise) = (0, 0)
    (leastValue, greatestValue) = (.infinity, -.infinity)
    for (index, value) in layer.unrounded.enumerated() {
      let code = (value / scales[index / rest]).rounded(.toNearestOrEven)
      if code < Float(grid.minimum) || code > Float(grid.maximum) { clipped += 1 }
      let error = Double(value) - Double(rounded[index])
      power += Double(value) * Double(value)
      noise += error * error
      (leastValue, greatestValue) = (min(leastValue, value), max(greatestValue, value))
    }
    self.clipped = layer.unrounded.isEmpty ? 0 : Double(clipped) / Double(layer.unrounded.count)
    self.grid = grid
    leastScale = scales.min() ?? 0
    greatestScale = scales.max() ?? 0
  }
}
