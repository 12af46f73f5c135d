package import OneDNN

/// A loss between the activations of a layer of the student and those of a layer of the teacher, whose planes have
/// the same height and width.
package protocol FeatureLoss: Sendable {
  /// Factor on the loss.
  var scale: Double { get }
  var channels: FeatureChannels { get }
  /// True where a plane of one pixel tells it nothing.
  var needsPlanes: Bool { get }
  /// Numbers that `evaluate` needs room for.
  func room(_ sizes: FeatureSizes) -> Int

  /// The loss before its scale, a mean over the batch; adds `pair.weight` times its gradient.
  ///
  /// `regressor` is there where `needsRegressor` says so; its gradient is overwritten. Nothing is allocated.
  func evaluate(
    _ pair: FeaturePair, _ regressor: Regressor?, room: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) -> Double
}

extension FeatureLoss {
  package var needsPlanes: Bool { false }

  /// True where the student's activations pass through a trained regressor first.
  package func needsRegressor(_ sizes: FeatureSizes) -> Bool {
    switch channels {
    case .regressed: sizes.studentChannels != sizes.teacherChannels
    case .any, .equal: false
    }
  }

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
    return scale * (try evaluate(pair, regressor, room: scratch.room))
  }
}

/// What a feature loss asks of its two layers beyond planes of the same size.
package enum FeatureChannels: Sendable {
  case any
  case equal
  /// Any; a trained regressor stands between layers that differ.
  case regressed
}

/// Sizes of a pair of activations [batch, channels, height, width].
package struct FeatureSizes: Hashable, Sendable {
  package var batch: Int
  package var studentChannels: Int
  package var teacherChannels: Int
  /// Height times width.
  package var plane: Int

  package init(batch: Int, studentChannels: Int, teacherChannels: Int, plane: Int) {
    self.batch = batch
    self.studentChannels = studentChannels
    self.teacherChannels = teacherChannels
    self.plane = plane
  }

  package var studentCount: Int { batch * studentChannels * plane }
  package var teacherCount: Int { batch * teacherChannels * plane }
}

/// A layer's activations from both networks, and where the gradient is added.
package struct FeaturePair {
  package var sizes: FeatureSizes
  package var student: UnsafePointer<Float>
  package var teacher: UnsafePointer<Float>
  /// Factor on the gradient.
  package var weight: Double
  package var gradient: UnsafeMutablePointer<Float>
}

/// Room for a pair of layers, so that a loss allocates nothing.
///
/// Not for use by several threads at once.
package final class FeatureScratch {
  package let sizes: FeatureSizes
  let room: UnsafeMutablePointer<Float>

  package init(_ loss: any FeatureLoss, sizes: FeatureSizes) {
    self.sizes = sizes
    let count = max(loss.room(sizes), 1)
    room = .allocate(capacity: count)
    room.initialize(repeating: 0, count: count)
  }

  deinit { room.deallocate() }
}
