import Glibc
package import GraphIR

/// What quantization does to one layer.
package struct LayerInspection: Sendable {
  package var layer: String
  /// How a file of the integer model holds the weights.
  package var stored: StoredWeights
  /// Nil where the layer stays in float.
  package var weights: Weights?
  /// Grid of its output; nil for logits, and between float layers.
  package var output: QuantizationParameters?
  /// How the output's range came about; nil where that is not known.
  package var method: RangeMethod?
  /// The observer's own state, where the range is observed: the grid that follows from it always holds 0.
  package var observed: ObservedRange?

  /// The rounded weights, batch norm folded in.
  package struct Weights: Sendable {
    package var grid: QuantizationGrid
    package var leastScale, greatestScale: Float
    package var leastValue, greatestValue: Float
    /// Of the float weights that were rounded; nil where they are not known.
    package var loss: RoundingLoss?

    /// The ratio in dB that values spread evenly from end to end of one grid have: 20·log10(qmax − qmin), from their
    /// power (qmax − qmin)²·s²/12 and the error's s²/12; 6.02 dB for each doubling of the steps.
    ///
    /// It is no bound: the power of bell-shaped values is less beside the same error, that of values which lie at the
    /// ends more.
    package var evenSpreadRatio: Double { 20 * log10(Double(grid.maximum - grid.minimum)) }
  }
}

/// Looks at every layer with weights of a fake-quantized model, in execution order; throws where a range was never
/// observed.
package func inspections(of model: Model) throws(RewriteError) -> [LayerInspection] {
  var result: [LayerInspection] = []
  for group in model.graph.layerGroups {
    guard let weights = try LayerWeights(group, in: model, keepsUnrounded: true) else { continue }
    let node = model.graph.nodes[group.head]
    var inspection = LayerInspection(
      layer: node.name, stored: .float(node.operation.floatStorage ?? .float32))
    if let grid = weights.grid, let scales = weights.scales {
      inspection.stored = .integer(bits: grid.bits)
      inspection.weights = LayerInspection.Weights(weights, grid: grid, scales: scales)
    }
    if let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = model.graph.nodes[id].operation {
      inspection.output = try model.quantizationParameters(quantizer)
      inspection.method = quantizer.method
      if quantizer.method == .observed { inspection.observed = model.observedRange(of: quantizer.observer) }
    }
    result.append(inspection)
  }
  return result
}

extension LayerInspection.Weights {
  fileprivate init(_ layer: LayerWeights, grid: QuantizationGrid, scales: [Float]) {
    self.init(grid: grid, scales: scales, values: layer.unrounded)
    loss = roundingLoss(of: layer.unrounded, rounded: layer.weight.floats, scales: scales, grid: grid)
  }

  /// The grid and the range of some values, with nothing said of what was lost.
  init(grid: QuantizationGrid, scales: [Float], values: [Float]) {
    self.grid = grid
    (leastScale, greatestScale) = (scales.min() ?? 0, scales.max() ?? 0)
    (leastValue, greatestValue) = (values.min() ?? 0, values.max() ?? 0)
  }
}

/// What rounding weights [outputs, rest] to these values loses; clipped are those whose code lies beyond the grid.
func roundingLoss(of values: [Float], rounded: [Float], scales: [Float], grid: QuantizationGrid)
  -> RoundingLoss
{
  let rest = max(values.count / max(scales.count, 1), 1)
  var loss = RoundingLoss()
  for (index, value) in values.enumerated() {
    let code = (value / scales[index / rest]).rounded(.toNearestOrEven)
    loss.add(
      value, rounded: rounded[index],
      isBeyond: code < Float(grid.minimum) || code > Float(grid.maximum))
  }
  return loss
}

extension Model {
  fileprivate func observedRange(of observer: String) -> ObservedRange? {
    guard let minimum = parameters[observer + ".min_val"]?.floats.first,
      let maximum = parameters[observer + ".max_val"]?.floats.first
    else { return nil }
    return ObservedRange(minimum: minimum, maximum: maximum)
  }
}
