package import Distillation
package import GraphIR

/// Why a loss can't compare two layers.
package enum LayerMisfit: Equatable, Sendable {
  /// Planes of another height or width.
  case planes
  /// Other channels, for a loss that needs as many.
  case channels
  /// A single pixel, for a loss of places.
  case noPlane
}

extension FeatureLoss {
  /// Why the loss can't compare activations of these shapes; nil where it can.
  package func misfit(student: Shape, teacher: Shape) -> LayerMisfit? {
    guard student.hasPlanes(of: teacher) else { return .planes }
    if needsPlanes, student.spatial == 1 { return .noPlane }
    return switch channels {
    case .any, .regressed: nil
    case .equal: student.channels == teacher.channels ? nil : .channels
    }
  }

  /// The last layers of both networks for each size of planes that both have, as far as the loss can compare them.
  package func matchedLayers(
    student: Graph, teacher: Graph
  ) -> [(student: FeatureLayer, teacher: FeatureLayer)] {
    let counterparts = teacher.stages
    return student.stages.compactMap { own in
      counterparts.first { misfit(student: own.shape, teacher: $0.shape) == nil }.map { (own, $0) }
    }
  }
}
