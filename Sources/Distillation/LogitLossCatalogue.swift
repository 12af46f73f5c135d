/// A logit loss as a user meets it: name, parameters, and how to make one.
package struct LogitLossEntry: Sendable {
  package let name: String
  /// A line for help and completion.
  package let summary: String
  /// Authors, title and year of the publication.
  package let source: String
  package let parameters: [LogitLossParameter]
  let make: @Sendable (CompleteLossArguments) -> LogitLoss

  init(
    name: String, summary: String, source: String, parameters: [LogitLossParameter],
    make: @escaping @Sendable (CompleteLossArguments) -> LogitLoss
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.parameters = parameters
    self.make = make
  }
}

/// One named parameter of a loss.
package struct LogitLossParameter: Hashable, Sendable {
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

  static func temperature(_ value: Double) -> LogitLossParameter {
    LogitLossParameter(
      label: "T", kind: .number(default: value, range: 0.1...100),
      summary: "temperature that softens the probabilities")
  }

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
  package static let catalogue: [LogitLossEntry] = [.softTarget, .decoupledKD, .nkd, .logits, .mutual]
}
