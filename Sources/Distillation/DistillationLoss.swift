/// A loss between a student and its teacher: of their logits, or of activations on the way to them.
package enum DistillationLoss: Hashable, Sendable, Codable {
  case logit(LogitLoss)
  case feature(FeatureLoss)
}

extension DistillationLoss: CustomStringConvertible {
  /// Name in the catalogue.
  package var name: String {
    switch self {
    case .logit(let loss): loss.name
    case .feature(let loss): loss.name
    }
  }

  /// The loss as a cell would name it: "Attention(p: 2, scale: 1)".
  package var description: String {
    switch self {
    case .logit(let loss): loss.description
    case .feature(let loss): loss.description
    }
  }

  /// The loss where it compares activations; nil for one of logits.
  package var feature: FeatureLoss? {
    switch self {
    case .logit: nil
    case .feature(let loss): loss
    }
  }
}
