extension LogitLoss {
  /// The loss of exactly this catalogue name; parameters that are not given have their defaults.
  ///
  /// `DecoupledKD` with `normalize` true is NKD, with NKD's parameters and defaults.
  package init(name: String, arguments: [String: LossArgument] = [:]) throws(LogitLossError) {
    guard let entry = LogitLoss.catalogue.first(where: { $0.name == name }) else {
      throw .unknownLoss(name, known: LogitLoss.catalogue.map(\.name))
    }
    if entry.name == LogitLossEntry.decoupledKD.name, arguments["normalize"] == .flag(true) {
      var arguments = arguments
      arguments["normalize"] = nil
      self = try LogitLossEntry.nkd.loss(arguments, writtenAs: "DecoupledKD(normalize: true)")
    } else {
      self = try entry.loss(arguments, writtenAs: entry.name)
    }
  }
}

extension LogitLossEntry {
  /// Checks the arguments, in alphabetical order of their labels, and makes the loss.
  fileprivate func loss(
    _ arguments: [String: LossArgument], writtenAs written: String
  ) throws(LogitLossError) -> LogitLoss {
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

extension LogitLossParameter {
  fileprivate func check(_ argument: LossArgument, loss: String) throws(LogitLossError) {
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

  fileprivate init(defaultsOf parameters: [LogitLossParameter]) {
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
