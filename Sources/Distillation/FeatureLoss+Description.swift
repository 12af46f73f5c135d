extension FeatureLoss: CustomStringConvertible {
  /// Name in the catalogue.
  package var name: String { entry.name }

  package var entry: LossEntry {
    switch self {
    case .attention: .attention
    case .fitNet: .fitNet
    case .similarity: .similarity
    case .activationBoundaries: .activationBoundaries
    }
  }

  /// Every number that the loss depends on, by label, in the catalogue's order.
  package var numbers: [(label: String, value: Double)] {
    switch self {
    case .attention(let power, let scale): [("p", power), ("scale", scale)]
    case .fitNet(let scale): [("scale", scale)]
    case .similarity(let norm, let scale): [("p", norm), ("scale", scale)]
    case .activationBoundaries(let margin, let scale): [("margin", margin), ("scale", scale)]
    }
  }

  /// Factor on the loss.
  package var scale: Double {
    switch self {
    case .attention(_, let scale), .fitNet(let scale), .similarity(_, let scale),
      .activationBoundaries(_, let scale):
      scale
    }
  }

  /// The loss as a cell would name it: "Attention(p: 2, scale: 1)".
  package var description: String { lossDescription(name, numbers) }
}
