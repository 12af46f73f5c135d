/// The value of a parameter, as it is written.
package enum LossArgument: Hashable, Sendable {
  case number(Double)
  case flag(Bool)
}

/// A number for every parameter of an entry that takes one.
struct LossArguments: Hashable, Sendable {
  private var values: [String: Double]

  fileprivate init(defaultsOf entry: LossEntry) {
    values = entry.parameters.reduce(into: [:]) { values, parameter in
      if case .number(let value, _) = parameter.kind { values[parameter.label] = value }
    }
  }

  /// The number of a label that the entry declares.
  subscript(label: String) -> Double {
    get {
      guard let value = values[label] else { preconditionFailure("the entry has no number \(label)") }
      return value
    }
    set {
      precondition(values[label] != nil, "the entry has no number \(label)")
      values[label] = newValue
    }
  }
}

extension LossEntry {
  var defaults: LossArguments { LossArguments(defaultsOf: self) }

  /// The loss that a flag among the arguments makes of this one, and the flag.
  func variant(_ arguments: [String: LossArgument]) -> (flag: String, entry: LossEntry)? {
    for parameter in parameters where arguments[parameter.label] == .flag(true) {
      if case .variant(let name) = parameter.kind,
        let entry = LossEntry.catalogue.first(where: { $0.name == name })
      {
        return (parameter.label, entry)
      }
    }
    return nil
  }

  /// Checks the arguments, in alphabetical order of their labels, and adds defaults.
  func complete(
    _ arguments: [String: LossArgument], writtenAs written: String
  ) throws(LossError) -> LossArguments {
    var complete = defaults
    for (label, argument) in arguments.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.label == label }) else {
        throw .unknownParameter(label, loss: written, known: parameters.map(\.label))
      }
      switch (parameter.kind, argument) {
      case (.number(_, let range), .number(let value)):
        guard range.contains(value) else {
          throw .outOfRange(label, value: value, allowed: range, loss: written)
        }
        complete[label] = value
      case (.variant, .flag): break
      case (.number, .flag): throw .numberExpected(label, loss: written)
      case (.variant, .number): throw .flagExpected(label, loss: written)
      }
    }
    return complete
  }
}
