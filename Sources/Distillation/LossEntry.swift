/// A distillation loss as a user meets it: name, parameters, and how it is computed.
package struct LossEntry: Sendable {
  package let name: String
  /// A line for help and completion.
  package let summary: String
  /// Authors, title and year of the publication.
  package let source: String
  package let parameters: [LossParameter]
  /// What is to be said where the data has so few classes that the loss is another one's.
  package let fewClasses: FewClasses?
  let rule: @Sendable (LossArguments) -> DistillationLoss.Rule

  package struct FewClasses: Sendable {
    /// So many classes and fewer.
    package let count: Int
    /// A kebab-case word for the diagnostic.
    package let id: String
    package let message: String
    package let note: String
  }

  init(
    name: String, summary: String, source: String, parameters: [LossParameter], fewClasses: FewClasses? = nil,
    rule: @escaping @Sendable (LossArguments) -> DistillationLoss.Rule
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.parameters = parameters
    self.fewClasses = fewClasses
    self.rule = rule
  }

  /// True for a loss of activations, false for one of logits.
  package var comparesLayers: Bool { DistillationLoss(self).feature != nil }

  /// Every loss, in the order in which help shows them: of logits, then of features.
  package static let catalogue: [LossEntry] = [
    .softTarget, .decoupledKD, .nkd, .logits, .mutual, .attention, .fitNet, .similarity,
    .activationBoundaries,
  ]
}

/// One named parameter of a loss.
package struct LossParameter: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case number(default: Double, range: ClosedRange<Double>)
    /// False where it isn't written; true makes the loss that of this name, whose parameters then apply.
    case variant(String)
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
    case .variant: .flag(false)
    }
  }
}
