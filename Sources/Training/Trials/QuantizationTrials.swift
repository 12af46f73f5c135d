package import Datasets
import Execution
package import GraphIR
package import Quantization

/// A float model, calibrated once, whose quantized forms can be tried one after the other.
///
/// Trials compute with fake quantization, not with integers. Ranges come from the float model's activations, so they
/// are the same whatever the other layers do. Widths of activations are those of the policy it was calibrated for;
/// widths of weights are free.
package struct QuantizationTrials: Sendable {
  /// Names of the layers with weights, in execution order.
  package let layers: [String]
  /// The float model's figures on the images of the trials.
  package var accuracy: Double { Double(hits.count { $0 }) / Double(hits.count) }
  /// Whether the float model classifies each of these images right, in order.
  package let hits: [Bool]
  /// How many of the first test images trials look at.
  package let imageCount: Int
  /// The float model with batch norm folded.
  package let float: Model
  private let parameters: ParameterSet
  private let data: Dataset
  private let logits: [Float]

  /// Calibrates `model` for the policy of `recipe` in full, and classifies the first `images` test images in float.
  ///
  /// `calibration` has the images for the ranges where they are not the data's own; of the recipe's repairs none is
  /// made. Nil where it was cancelled; `progress` gets calibration batches done and in all.
  package init?(
    _ model: Model, on data: Dataset, calibration: Dataset? = nil, recipe: PostTrainingRecipe, images: Int,
    cancellation: Cancellation, progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    let folded = try foldBatchNorm(model)
    let source = calibration ?? data
    let calibrated = try calibrate(
      folded, on: source, policy: recipe.policy, observer: recipe.observer,
      batches: CalibrationBatches(count: recipe.batches, size: recipe.batchSize, of: source.training),
      seed: recipe.seed, cancellation: cancellation, progress: progress)
    guard let calibrated else { return nil }
    imageCount = max(1, min(images, data.test.count))
    guard let known = try classified(folded, imageCount, of: data, cancellation) else { return nil }
    (float, parameters, self.data) = (folded, calibrated.parameters, data)
    (logits, hits) = (known.logits, known.hits)
    layers = folded.graph.nodes.filter(\.operation.hasWeights).map(\.name)
  }

  /// The fake-quantized model of a policy.
  ///
  /// Its activations must have the widths that were calibrated, or be left in float.
  package func model(_ policy: QuantizationPolicy) throws(RewriteError) -> Model {
    Model(kind: .fakeQuantized, graph: try prepare(float.graph, policy: policy), parameters: parameters)
  }

  /// Figures of a policy's model, on the first `images` of the trials' or all of them; nil where it was cancelled.
  package func figures(
    of policy: QuantizationPolicy, images: Int? = nil, cancellation: Cancellation
  ) throws -> TrialFigures? {
    try figures(of: model(policy), images: images, cancellation: cancellation)
  }

  /// Figures of any form of the model; nil where it was cancelled.
  package func figures(
    of model: Model, images: Int? = nil, cancellation: Cancellation
  ) throws -> TrialFigures? {
    let count = min(imageCount, max(images ?? imageCount, 1))
    guard let found = try classified(model, count, of: data, cancellation) else { return nil }
    return TrialFigures(
      accuracy: Double(found.hits.count { $0 }) / Double(count),
      signalToNoise: Training.signalToNoise(logits, found.logits), hits: found.hits)
  }

  /// How many weights a layer has.
  package func weightCount(of layer: String) -> Int { float.parameters[layer + ".weight"]?.count ?? 0 }

  /// The model with rounded weights, all activations in float.
  package func weightsOnly(_ policy: QuantizationPolicy) throws -> Model {
    let rounded = try foldBatchNorm(model(policy))
    var result = float
    for layer in layers {
      result.parameters[layer + ".weight"] = rounded.parameters[layer + ".weight"]
    }
    return result
  }

  /// The model with rounded activations, all weights in float.
  package func activationsOnly(_ policy: QuantizationPolicy) throws -> Model {
    var result = try model(policy)
    result.graph = try result.graph.rewritten { $0.operation.roundingWeights(to: nil) }
    return result
  }
}

/// Logits [count, classes] of the first test images, and whether each is classified right; nil where it was cancelled.
func classified(
  _ model: Model, _ count: Int, of data: Dataset, _ cancellation: Cancellation
) throws -> (logits: [Float], hits: [Bool])? {
  let images = data.test
  try check(model, fits: images, classes: data.classNames.count)
  let classes = model.graph.classes
  let size = min(evaluationBatch(images), count)
  let look = data.normalization(for: model.graph)
  let plan = try InferencePlan(model.runnable(), batch: size)
  let order = Array(0..<count)
  var labels = [Int32](repeating: 0, count: size)
  var logits: [Float] = []
  logits.reserveCapacity(count * classes)
  var hits: [Bool] = []
  hits.reserveCapacity(count)
  for start in stride(from: 0, to: count, by: size) {
    if cancellation.isCancelled { return nil }
    let end = min(start + size, count)
    guard let input = plan.input.baseAddress else { return nil }
    gather(
      images, indices: order[start..<end], mean: look.mean, deviation: look.deviation, augmentation: nil,
      into: input, labels: &labels)
    try plan.run()
    let batch = UnsafeBufferPointer(rebasing: plan.logits[..<((end - start) * classes)])
    for row in 0..<(end - start) {
      hits.append(chosenClass(batch, row: row, classes: classes) == Int(labels[row]))
    }
    logits.append(contentsOf: batch)
  }
  return (logits, hits)
}
