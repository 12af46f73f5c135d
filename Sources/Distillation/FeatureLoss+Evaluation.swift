package import OneDNN

extension FeatureLoss {
  /// The loss, mean over the batch, and its gradient with respect to the student's activations, of which
  /// `weight` times is added to what `gradient` holds.
  ///
  /// Activations and gradient are row-major [batch, channels, height, width] of `scratch.sizes`, which fit the
  /// loss's `channels`. Nothing is allocated. `regressor` is there where `needsRegressor` says so; its gradient
  /// is overwritten. Errors are those of the library's matrix product.
  package func evaluate(
    student: UnsafeBufferPointer<Float>, teacher: UnsafeBufferPointer<Float>, weight: Double = 1,
    regressor: Regressor? = nil, scratch: FeatureScratch, gradient: UnsafeMutableBufferPointer<Float>
  ) throws(OneDNNError) -> Double {
    let sizes = scratch.sizes
    precondition(
      student.count == sizes.studentCount && gradient.count == student.count
        && teacher.count == sizes.teacherCount, "activations and gradient differ in size")
    precondition(
      (regressor != nil) == needsRegressor(sizes), "a regressor stands between unequal channels alone")
    guard let own = student.baseAddress, let other = teacher.baseAddress, let target = gradient.baseAddress
    else { return 0 }
    let pair = FeaturePair(
      sizes: sizes, student: own, teacher: other, weight: weight * scale, gradient: target)
    switch self {
    case .attention(let power, _): return scale * evaluateAttention(pair, power, scratch)
    case .fitNet: return scale * (try evaluateFitNet(pair, regressor, scratch))
    case .similarity(let norm, _): return scale * (try evaluateSimilarity(pair, norm, scratch))
    case .activationBoundaries(let margin, _):
      return scale * evaluateActivationBoundaries(pair, Float(margin))
    }
  }
}

/// A layer's activations from both networks, and where the gradient is added.
struct FeaturePair {
  var sizes: FeatureSizes
  var student: UnsafePointer<Float>
  var teacher: UnsafePointer<Float>
  /// Factor on the gradient.
  var weight: Double
  var gradient: UnsafeMutablePointer<Float>
}

/// Room for a pair of layers, so that a loss allocates nothing.
///
/// Not for use by several threads at once.
package final class FeatureScratch {
  package let sizes: FeatureSizes
  /// Two attention maps, two matrices of similarities and the gradient of one, or an image of the teacher's channels.
  let room: UnsafeMutableBufferPointer<Float>

  package init(_ loss: FeatureLoss, sizes: FeatureSizes) {
    self.sizes = sizes
    let count =
      switch loss {
      case .attention: 2 * sizes.plane
      case .similarity: 3 * sizes.batch * sizes.batch
      case .fitNet: sizes.teacherChannels * sizes.plane
      case .activationBoundaries: 0
      }
    room = .allocate(capacity: max(count, 1))
    room.initialize(repeating: 0)
  }

  deinit { room.deallocate() }
}
