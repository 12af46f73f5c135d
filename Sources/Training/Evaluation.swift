package import Datasets
import Distillation
package import Execution
package import GraphIR
import Quantization

/// A model's figures on a set of images.
package struct Evaluation: Sendable {
  package var accuracy: Double
  /// Mean cross-entropy.
  package var loss: Double
  /// The class that was chosen for each image, in order.
  package var predictions: [Int]
}

/// Classifies every image in inference mode: batch norm folded, fake quantization or integers as the model
/// is; a float model's convolutions multiply `precision`.
///
/// `progress` gets images done and images in all; returns nil where it was cancelled. `workspace` is memory that may
/// be used meanwhile. `logits` gets those of each batch, [images, classes], in the images' order.
package func evaluate(
  _ model: consuming Model, on images: ImageSet, of data: Dataset,
  precision: TrainingPrecision = .float32, workspace: UnsafeMutableRawBufferPointer? = nil,
  cancellation: Cancellation,
  logits observe: (UnsafeBufferPointer<Float>) -> Void = { _ in }, progress: (Int, Int) -> Void = { _, _ in }
) throws -> Evaluation? {
  try check(model, fits: images, classes: data.classNames.count)
  let size = min(evaluationBatch(images), images.count)
  let classes = model.graph.classes
  let look = data.normalization(for: model.graph)
  let plan = try InferencePlan(
    (consume model).runnable(), batch: size, precision: precision, workspace: workspace)
  guard plan.codes == nil else {
    throw TrainingError.unsupported("evaluation of an integer model that ends in codes, not in logits")
  }
  let order = Array(0..<images.count)
  var labels = [Int32](repeating: 0, count: size)
  var gradient = [Float](repeating: 0, count: size * classes)
  var predictions: [Int] = []
  predictions.reserveCapacity(images.count)
  var loss = 0.0
  var correct = 0
  for start in stride(from: 0, to: images.count, by: size) {
    if cancellation.isCancelled { return nil }
    let end = min(start + size, images.count)
    let count = end - start
    // A short last batch leaves the images before it behind its own: they are computed and not looked at.
    labels.withUnsafeMutableBufferPointer { labels in
      guard let base = labels.baseAddress, let input = plan.input.baseAddress else { return }
      gather(
        images, indices: order[start..<end], mean: look.mean, deviation: look.deviation, augmentation: nil,
        into: input, labels: base)
    }
    try plan.run()
    labels.withUnsafeBufferPointer { all in
      let truth = UnsafeBufferPointer(rebasing: all[..<count])
      let logits = UnsafeBufferPointer(rebasing: plan.logits[..<(count * classes)])
      gradient.withUnsafeMutableBufferPointer { gradient in
        let slots = UnsafeMutableBufferPointer(rebasing: gradient[..<(count * classes)])
        loss += Double(count) * crossEntropy(logits: logits, labels: truth, classes: classes, gradient: slots)
      }
      observe(logits)
      for row in 0..<count {
        let choice = chosenClass(logits, row: row, classes: classes)
        predictions.append(choice)
        correct += choice == Int(truth[row]) ? 1 : 0
      }
    }
    progress(end, images.count)
  }
  return Evaluation(
    accuracy: Double(correct) / Double(images.count), loss: loss / Double(images.count),
    predictions: predictions)
}

/// Images at a time: 250 of up to 56×56 pixels, fewer where activations are larger.
func evaluationBatch(_ images: ImageSet) -> Int {
  min(250, max(1, 250 * 56 * 56 / (images.height * images.width)))
}

/// The integer model of a fake-quantized one: batch norm folded, weights and biases as integers.
package func convert(_ model: Model) throws -> Model { try convertToInteger(model) }
