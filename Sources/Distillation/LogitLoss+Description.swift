extension LogitLoss: CustomStringConvertible {
  /// Name in the catalogue.
  package var name: String { entry.name }

  package var entry: LossEntry {
    switch self {
    case .softTarget: .softTarget
    case .decoupledKD: .decoupledKD
    case .nkd: .nkd
    case .logits: .logits
    case .mutual: .mutual
    }
  }

  /// Every number that the loss depends on, by label, in the catalogue's order.
  package var numbers: [(label: String, value: Double)] {
    switch self {
    case .softTarget(let temperature): [("T", temperature)]
    case .decoupledKD(let temperature, let alpha, let beta):
      [("T", temperature), ("alpha", alpha), ("beta", beta)]
    case .nkd(let temperature, let gamma): [("T", temperature), ("gamma", gamma)]
    case .logits, .mutual: []
    }
  }

  /// The loss as a cell would name it: "DecoupledKD(T: 4, alpha: 1, beta: 8)".
  package var description: String {
    lossDescription(name, numbers)
  }
}

/// "DecoupledKD(T: 4, alpha: 1, beta: 8)", or the name alone where there is no number.
func lossDescription(_ name: String, _ numbers: [(label: String, value: Double)]) -> String {
  guard !numbers.isEmpty else { return name }
  return "\(name)(" + numbers.map { "\($0.label): \(plain($0.value))" }.joined(separator: ", ") + ")"
}
