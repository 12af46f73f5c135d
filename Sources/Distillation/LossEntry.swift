/// A distillation loss as a user meets it: name, parameters, and how to make one.
package struct LossEntry: Sendable {
  package let name: String
  /// A line for help and completion.
  package let summary: String
  /// Authors, title and year of the publication.
  package let source: String
  package let parameters: [LossParameter]
  let make: @Sendable (CompleteLossArguments) -> DistillationLoss

  init(
    name: String, summary: String, source: String, parameters: [LossParameter],
    make: @escaping @Sendable (CompleteLossArguments) -> DistillationLoss
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.parameters = parameters
    self.make = make
  }
}

/// One named parameter of a loss.
package struct LossParameter: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case number(default: Double, range: ClosedRange<Double>)
    case flag(default: Bool)
  }

  package let label: String
  package let kind: Kind
  package let summary: String

  package init(label: String, kind: Kind, summary: String) {
    self.label = label
    self.kind = kind
    self.summary = summary
  }

  static func temperature(_ value: Double) -> LossParameter {
    LossParameter(
      label: "T", kind: .number(default: value, range: 0.1...100),
      summary: "temperature that softens the probabilities")
  }

  static let scale = LossParameter(
    label: "scale", kind: .number(default: 1, range: 1e-6...1e6),
    summary: "factor on the loss, whose size differs much from layer to layer")

  package var defaultArgument: LossArgument {
    switch kind {
    case .number(let value, _): .number(value)
    case .flag(let value): .flag(value)
    }
  }
}

/// The value of a parameter.
package enum LossArgument: Hashable, Sendable, Codable {
  case number(Double)
  case flag(Bool)
}

extension LogitLoss {
  /// Every logit loss, in the order in which help shows them.
  package static let catalogue: [LossEntry] = [.softTarget, .decoupledKD, .nkd, .logits, .mutual]
}

extension FeatureLoss {
  /// Every feature loss, in the order in which help shows them.
  package static let catalogue: [LossEntry] = [.attention, .fitNet, .similarity, .activationBoundaries]
}

extension DistillationLoss {
  /// Every loss: of logits, then of features.
  package static let catalogue: [LossEntry] = LogitLoss.catalogue + FeatureLoss.catalogue
}
