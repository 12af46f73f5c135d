import Text

/// A loss between a student and its teacher: an entry of the catalogue with a number for each of its parameters.
package struct DistillationLoss: Sendable {
  /// How a loss is computed: of logits, or of activations on the way to them.
  package enum Rule: Sendable {
    case logits(any LogitLoss)
    case feature(any FeatureLoss)
  }

  package let entry: LossEntry
  /// By label, complete.
  private let arguments: LossArguments
  package let rule: Rule

  /// A loss that the program itself chooses; what is not given has its default.
  package init(_ entry: LossEntry, _ arguments: [String: Double] = [:]) {
    var complete = entry.defaults
    for (label, value) in arguments { complete[label] = value }
    self.init(entry, complete)
  }

  private init(_ entry: LossEntry, _ arguments: LossArguments) {
    self.entry = entry
    self.arguments = arguments
    rule = entry.rule(arguments)
  }

  /// The loss of exactly this catalogue name; parameters that are not given have their defaults.
  ///
  /// A flag that is true makes it the loss that the flag's parameter names, with that one's parameters and defaults.
  package init(name: String, arguments: [String: LossArgument] = [:]) throws(LossError) {
    guard let entry = LossEntry.catalogue.first(where: { $0.name == name }) else {
      throw .unknownLoss(name, known: LossEntry.catalogue.map(\.name))
    }
    if let variant = entry.variant(arguments) {
      var others = arguments
      others[variant.flag] = nil
      let complete = try variant.entry.complete(others, writtenAs: "\(name)(\(variant.flag): true)")
      self.init(variant.entry, complete)
    } else {
      self.init(entry, try entry.complete(arguments, writtenAs: name))
    }
  }

  package var name: String { entry.name }

  /// Every number that the loss depends on, by label, in the catalogue's order.
  package var numbers: [(label: String, value: Double)] {
    entry.parameters.compactMap { parameter in
      guard case .number = parameter.kind else { return nil }
      return (parameter.label, arguments[parameter.label])
    }
  }

  /// The loss where it compares activations; nil for one of logits.
  package var feature: (any FeatureLoss)? {
    if case .feature(let loss) = rule { loss } else { nil }
  }

  /// The loss where it compares logits; nil for one of activations.
  package var logit: (any LogitLoss)? {
    if case .logits(let loss) = rule { loss } else { nil }
  }
}

extension DistillationLoss: Hashable, CustomStringConvertible {
  package static func == (one: DistillationLoss, other: DistillationLoss) -> Bool {
    one.name == other.name && one.arguments == other.arguments
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(arguments)
  }

  /// The loss as a cell would name it: "DecoupledKD(T: 4, alpha: 1, beta: 8)", or the name alone where there is no
  /// number.
  package var description: String {
    guard !numbers.isEmpty else { return name }
    return "\(name)(" + numbers.map { "\($0.label): \(plain($0.value))" }.joined(separator: ", ") + ")"
  }
}
