package import Datasets
package import Execution
package import GraphIR

/// What models made of the test images, so that one that is compared again, or with another, classifies them once.
///
/// They are found by content: the model's graph and weights, the images with their standardisation, and the threads,
/// on which the order of sums may depend, and what a float model multiplies. Those used last are kept. Not for use by several threads at once.
package final class AnswersLibrary {
  private struct Key: Hashable {
    var model, images, threads: Int
    var precision: TrainingPrecision
  }

  private static let capacity = 32
  /// Used last at the end.
  private var shelf: [(key: Key, evaluation: Evaluation)] = []

  package init() {}

  /// What is known of a model on the test images of a data set, else what `evaluate` finds out; nil where that was
  /// cancelled.
  package func evaluation(
    of model: Model, on data: Dataset, precision: TrainingPrecision = .float32,
    _ evaluate: () throws -> Evaluation?
  ) rethrows -> Evaluation? {
    let key = Key(
      model: model.contentHash, images: data.testContentHash, threads: Processor.threadCount,
      precision: model.kind == .float ? precision : .float32)
    if let place = shelf.firstIndex(where: { $0.key == key }) {
      shelf.append(shelf.remove(at: place))
      return shelf.last?.evaluation
    }
    guard let found = try evaluate() else { return nil }
    shelf.append((key, found))
    if shelf.count > Self.capacity { shelf.removeFirst() }
    return found
  }
}

extension Dataset {
  /// Hash of the test images and their labels as a model sees them.
  fileprivate var testContentHash: Int {
    var hasher = Hasher()
    for count in [test.channels, test.height, test.width] { hasher.combine(count) }
    hasher.combine(bytesOf: mean)
    hasher.combine(bytesOf: deviation)
    hasher.combine(bytesOf: test.pixels)
    hasher.combine(test.labels)
    return hasher.finalize()
  }
}
