/// A teacher's logits for the images of one data set, each image's computed once.
///
/// An inference plan gives an image the same logits in every batch and at every place in it, so what is kept is, bit
/// for bit, what the teacher would compute again. Not for use by several threads at once.
final class KeptLogits {
  let imageCount: Int
  let classes: Int
  /// Images whose logits are known.
  private(set) var knownCount = 0
  private let rows: UnsafeMutablePointer<Float>
  private let isKnown: UnsafeMutablePointer<Bool>

  init(imageCount: Int, classes: Int) {
    self.imageCount = imageCount
    self.classes = classes
    rows = .allocate(capacity: max(imageCount * classes, 1))
    isKnown = .allocate(capacity: max(imageCount, 1))
    rows.initialize(repeating: 0, count: imageCount * classes)
    isKnown.initialize(repeating: false, count: imageCount)
  }

  deinit {
    rows.deallocate()
    isKnown.deallocate()
  }

  var isComplete: Bool { knownCount == imageCount }

  var byteCount: Int { imageCount * classes * MemoryLayout<Float>.size }

  /// Images whose logits are not known.
  var missing: [Int] { (0..<imageCount).filter { !isKnown[$0] } }

  /// Copies the images' logits to [images, classes]; false, and nothing is of use there, where some are not known.
  func read(_ images: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>) -> Bool {
    var row = target
    for image in images {
      guard isKnown[image] else { return false }
      row.update(from: rows + image * classes, count: classes)
      row += classes
    }
    return true
  }

  /// Keeps the images' logits from [images, classes].
  func write(_ images: ArraySlice<Int>, from source: UnsafePointer<Float>) {
    var row = source
    for image in images {
      if !isKnown[image] { knownCount += 1 }
      isKnown[image] = true
      (rows + image * classes).update(from: row, count: classes)
      row += classes
    }
  }
}
