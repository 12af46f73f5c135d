import Datasets
import Execution
import GraphIR

/// Teachers' logits that outlive a run, so that runs that follow one another compute them once.
///
/// They are found by content: the teacher's graph and weights, the images with their standardisation, and the batch
/// size, on which the choice of kernels depends, and what the teacher multiplies. The logits used last are kept. Not for use by several threads at
/// once.
package final class LogitsLibrary {
  private struct Key: Hashable {
    var teacher: Int
    var images: Int
    var batch: Int
    var precision: TrainingPrecision
  }

  private static let capacity = 4
  /// Used last at the end.
  private var shelf: [(key: Key, logits: KeptLogits)] = []

  package init() {}

  /// What is known of the teacher's logits for the training images; what becomes known of them is kept.
  func logits(of teacher: Model, on data: Dataset, batch: Int, precision: TrainingPrecision = .float32)
    -> KeptLogits
  {
    let key = Key(
      teacher: teacher.contentHash, images: data.contentHash, batch: batch, precision: precision)
    let place = shelf.firstIndex { $0.key == key }
    let logits =
      place.map { shelf.remove(at: $0).logits }
      ?? KeptLogits(imageCount: data.training.count, classes: teacher.graph.classes)
    shelf.append((key, logits))
    if shelf.count > Self.capacity { shelf.removeFirst() }
    return logits
  }
}

extension Model {
  /// Hash of all that decides the model's logits; the same for equal models within a process.
  var contentHash: Int {
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(graph)
    for name in parameters.names {
      guard let tensor = parameters[name] else { continue }
      hasher.combine(name)
      hasher.combine(tensor.shape)
      switch tensor.elements {
      case .float32(let values): hasher.combine(bytesOf: values)
      case .int8(let values): hasher.combine(bytesOf: values)
      case .int32(let values): hasher.combine(bytesOf: values)
      }
    }
    return hasher.finalize()
  }
}

extension Dataset {
  /// Hash of the training images as a teacher sees them.
  fileprivate var contentHash: Int {
    var hasher = Hasher()
    hasher.combine(training.channels)
    hasher.combine(training.height)
    hasher.combine(training.width)
    hasher.combine(bytesOf: mean)
    hasher.combine(bytesOf: deviation)
    hasher.combine(bytesOf: training.pixels)
    return hasher.finalize()
  }
}

extension Hasher {
  mutating func combine<Element: BitwiseCopyable>(bytesOf values: [Element]) {
    combine(values.count)
    values.withUnsafeBytes { combine(bytes: $0) }
  }
}
