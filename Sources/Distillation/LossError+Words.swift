import Text

extension LossError {
  /// What is wrong, in a clause without a full stop.
  package var message: String {
    switch self {
    case .unknownLoss(let name, _): "no distillation loss is called \"\(name)\""
    case .unknownParameter(let label, let loss, _): "\(loss) has no parameter \"\(label)\""
    case .outOfRange(let label, let value, let allowed, let loss):
      "\(label) of \(loss) can't be \(plain(value)): "
        + "it goes from \(plain(allowed.lowerBound)) to \(plain(allowed.upperBound))"
    case .numberExpected(let label, let loss): "\(label) of \(loss) takes a number"
    case .flagExpected(let label, let loss): "\(label) of \(loss) takes true or false"
    }
  }

  /// What to write instead.
  package var remedy: String {
    switch self {
    case .unknownLoss(_, let known): "there are " + known.joined(separator: ", ")
    case .unknownParameter(_, let loss, let known):
      known.isEmpty ? "write \(loss) alone" : "it takes " + known.joined(separator: ", ")
    case .outOfRange(let label, _, let allowed, _):
      "write \(label): N, with N from \(plain(allowed.lowerBound)) to \(plain(allowed.upperBound))"
    case .numberExpected(let label, _): "write \(label): 1"
    case .flagExpected(let label, _): "write \(label): true"
    }
  }
}
