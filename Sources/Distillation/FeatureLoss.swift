/// A loss between the activations of a layer of the student and those of a layer of the teacher.
///
/// `scale` multiplies it. Both layers have planes of the same height and width.
package enum FeatureLoss: Hashable, Sendable, Codable {
  case attention(power: Double = 2, scale: Double = 1)
  case fitNet(scale: Double = 1)
  case similarity(norm: Double = 2, scale: Double = 1)
  case activationBoundaries(margin: Double = 2, scale: Double = 1)
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

/// What a feature loss asks of its two layers beyond planes of the same size.
package enum FeatureChannels: Sendable {
  case any
  case equal
  /// Any; a trained regressor stands between layers that differ.
  case regressed
}

extension FeatureLoss {
  package var channels: FeatureChannels {
    switch self {
    case .attention, .similarity: .any
    case .fitNet: .regressed
    case .activationBoundaries: .equal
    }
  }

  /// True where a plane of one pixel tells it nothing.
  package var needsPlanes: Bool {
    switch self {
    case .attention: true
    case .fitNet, .similarity, .activationBoundaries: false
    }
  }

  /// True where the student's activations pass through a trained regressor first.
  package func needsRegressor(_ sizes: FeatureSizes) -> Bool {
    switch channels {
    case .regressed: sizes.studentChannels != sizes.teacherChannels
    case .any, .equal: false
    }
  }
}
