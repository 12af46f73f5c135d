package import Datasets
import Execution
package import GraphIR
import Quantization

/// How learned rounding works; the defaults are Nagel's but for fewer, larger steps.
package struct RoundingRecipe: Hashable, Sendable, Codable {
  /// Steps of Adam for each layer.
  package var iterations: Int
  package var learningRate: Double
  /// Weight of the term that draws each weight to one of its two codes, after the warm start.
  package var regularization: Double
  /// Share of the steps without that term.
  package var warmStart: Double
  /// Exponent β of the term, annealed from first to second along a cosine.
  package var exponents: (Double, Double) { (20, 2) }
  /// Windows of a layer's input in a step, and in all.
  package var rowsPerStep: Int
  package var rows: Int

  package init(
    iterations: Int = 300, learningRate: Double = 1e-2, regularization: Double = 0.01,
    warmStart: Double = 0.2, rowsPerStep: Int = 64, rows: Int = 1024
  ) {
    self.iterations = iterations
    self.learningRate = learningRate
    self.regularization = regularization
    self.warmStart = warmStart
    self.rowsPerStep = rowsPerStep
    self.rows = rows
  }
}

/// What learned rounding came to.
package struct RoundingOutcome: Sendable {
  package var model: Model
  package var layers: Int
  /// Layers whose learned codes reproduce the float outputs better than the nearest ones; the others keep those.
  package var improvedLayers: Int
  /// Mean over the improved layers of error after / error before.
  package var errorRatio: Double
  /// Share of the weights whose code is not the nearest.
  package var movedShare: Double
}

/// Learns for each weight whether to round it up or down so that every layer's outputs stay as they are in float
/// (AdaRound: Nagel and others, 2020), in place of rounding to the nearest.
///
/// `quantized` is a calibrated model and `float` the one it was made from, both with batch norm folded. Layer by layer:
/// inputs come from the network as it is quantized so far, targets are the float layer's outputs before activation on
/// the float network's inputs. `progress` gets steps done and steps in all; nil where it was cancelled.
package func adaptRounding(
  _ quantized: Model, float: Model, on data: Dataset, batches: CalibrationBatches, recipe: RoundingRecipe,
  seed: UInt64, cancellation: Cancellation, progress: (Int, Int) -> Void = { _, _ in }
) throws -> RoundingOutcome? {
  var outcome = RoundingOutcome(
    model: quantized, layers: 0, improvedLayers: 0, errorRatio: 0, movedShare: 0)
  let floatLayers = try WeightedLayer.all(of: float)
  var (moved, weights) = (0, 0)
  for (index, layer) in floatLayers.enumerated() {
    guard let own = try WeightedLayer.all(of: outcome.model).first(where: { $0.name == layer.name }),
      let scales = own.weights.scales, let grid = own.weights.grid
    else { continue }
    let rows = try LayerRows(
      (layer, own), of: (float, outcome.model), data: data, batches: batches, count: recipe.rows, seed: seed,
      cancellation: cancellation)
    guard let rows else { return nil }
    let rounding = SoftRounding(
      weights: layer.weights.weight.floats, scales: scales, minimum: grid.minimum, maximum: grid.maximum)
    let nearest = try rows.error(of: own.weights.weight.floats)
    let done = try learn(rounding, rows, recipe, cancellation: cancellation) { step in
      progress(index * recipe.iterations + step, floatLayers.count * recipe.iterations)
    }
    guard done else { return nil }
    let codes = rounding.codes
    let learned = codes.enumerated().map { $0.element * scales[$0.offset / rounding.rest] }
    let error = try rows.error(of: learned)
    outcome.layers += 1
    weights += learned.count
    guard error < nearest else { continue }
    outcome.improvedLayers += 1
    outcome.errorRatio += error / nearest
    moved += zip(learned, own.weights.weight.floats).enumerated().count { place, pair in
      abs(pair.0 - pair.1) > 0.5 * scales[place / rounding.rest]
    }
    outcome.model.parameters[layer.name + ".weight"] = Tensor(learned, shape: own.weights.weight.shape)
    outcome.model.parameters[layer.name + ".weight_scale"] = Tensor(scales)
  }
  if outcome.improvedLayers > 0 { outcome.errorRatio /= Double(outcome.improvedLayers) }
  if weights > 0 { outcome.movedShare = Double(moved) / Double(weights) }
  return outcome
}

/// False where it was cancelled.
private func learn(
  _ rounding: SoftRounding, _ rows: LayerRows, _ recipe: RoundingRecipe, cancellation: Cancellation,
  progress: (Int) -> Void
) throws -> Bool {
  let gradient = try rows.gradient(into: rounding, rowsPerStep: recipe.rowsPerStep)
  let start = recipe.warmStart * Double(recipe.iterations)
  for step in 0..<recipe.iterations {
    if cancellation.isCancelled { return false }
    try gradient.evaluate(step: step)
    let isWarm = Double(step) < start
    let way = isWarm ? 0 : (Double(step) - start) / max(Double(recipe.iterations) - start, 1)
    let (first, second) = recipe.exponents
    rounding.step(
      rate: recipe.learningRate, strength: isWarm ? 0 : recipe.regularization,
      exponent: second + (first - second) * annealed(way))
    progress(step + 1)
  }
  return true
}
