extension DistillationLoss {
  /// The loss of exactly this catalogue name; parameters that are not given have their defaults.
  ///
  /// `DecoupledKD` with `normalize` true is NKD, with NKD's parameters and defaults.
  package init(name: String, arguments: [String: LossArgument] = [:]) throws(LossError) {
    guard let entry = DistillationLoss.catalogue.first(where: { $0.name == name }) else {
      throw .unknownLoss(name, known: DistillationLoss.catalogue.map(\.name))
    }
    if entry.name == LossEntry.decoupledKD.name, arguments["normalize"] == .flag(true) {
      var arguments = arguments
      arguments["normalize"] = nil
      self = try LossEntry.nkd.loss(arguments, writtenAs: "DecoupledKD(normalize: true)")
    } else {
      self = try entry.loss(arguments, writtenAs: entry.name)
    }
  }
}

extension LogitLoss {
  /// The logit loss of exactly this catalogue name; parameters that are not given have their defaults.
  package init(name: String, arguments: [String: LossArgument] = [:]) throws(LossError) {
    guard LogitLoss.catalogue.contains(where: { $0.name == name }),
      case .logit(let loss) = try DistillationLoss(name: name, arguments: arguments)
    else { throw .unknownLoss(name, known: LogitLoss.catalogue.map(\.name)) }
    self = loss
  }
}

extension LossEntry {
  /// Checks the arguments, in alphabetical order of their labels, and makes the loss.
  fileprivate func loss(
    _ arguments: [String: LossArgument], writtenAs written: String
  ) throws(LossError) -> DistillationLoss {
    var complete = CompleteLossArguments(defaultsOf: parameters)
    for (label, argument) in arguments.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.label == label }) else {
        throw .unknownParameter(label, loss: written, known: parameters.map(\.label))
      }
      try parameter.check(argument, loss: written)
      complete.values[label] = argument
    }
    return make(complete)
  }
}

extension LossParameter {
  fileprivate func check(_ argument: LossArgument, loss: String) throws(LossError) {
    switch (kind, argument) {
    case (.number(_, let range), .number(let value)):
      guard range.contains(value) else {
        throw .outOfRange(label, value: value, allowed: range, loss: loss)
      }
    case (.flag, .flag): break
    case (.number, .flag): throw .numberExpected(label, loss: loss)
    case (.flag, .number): throw .flagExpected(label, loss: loss)
    }
  }
}

/// A value for every parameter of an entry.
struct CompleteLossArguments {
  fileprivate(set) var values: [String: LossArgument]

  fileprivate init(defaultsOf parameters: [LossParameter]) {
    values = Dictionary(uniqueKeysWithValues: parameters.map { ($0.label, $0.defaultArgument) })
  }

  /// The number of a label that the entry declares as a number.
  func number(_ label: String) -> Double {
    guard case .number(let value) = values[label] else {
      preconditionFailure("the entry has no number \(label)")
    }
    return value
  }
}
