/// The named tensors of what was pickled: a state dictionary, or a checkpoint that has one among its members.
struct StateDictionary {
  /// Numbers of tensors by name.
  private(set) var tensors: [String: Int]
  private(set) var wrapping: String?

  /// Members of checkpoints that hold weights, the likeliest first.
  private static let usual = [
    "state_dict", "model", "model_state_dict", "model_state", "net", "network", "weights",
  ]

  init(_ value: PickleValue, in machine: PickleMachine) throws(TensorFileError) {
    guard let members = machine.dictionary(value) else {
      if case .tensor = value { throw .noTensors(found: ["a tensor without a name"]) }
      throw .noTensors(found: [])
    }
    tensors = Self.tensors(members)
    guard tensors.isEmpty else { return }
    let names = members.compactMap { member -> String? in
      if case .text(let name) = member.key { name } else { nil }
    }
    for name in Self.usual + names.sorted() {
      guard let member = members.last(where: { $0.key == .text(name) }),
        let inner = machine.dictionary(member.value)
      else { continue }
      tensors = Self.tensors(inner)
      if !tensors.isEmpty {
        wrapping = name
        return
      }
    }
    throw .noTensors(found: names)
  }

  private static func tensors(_ members: [(key: PickleValue, value: PickleValue)]) -> [String: Int] {
    var tensors: [String: Int] = [:]
    for case (.text(let name), .tensor(let index)) in members { tensors[name] = index }
    return tensors
  }
}
