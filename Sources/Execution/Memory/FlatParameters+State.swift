import GraphIR

/// All that an optimizer goes on from: values and moments, of the model's parameters and of auxiliary ones.
extension FlatParameters {
  /// What lies in each arena, as it begins the names of its tensors.
  private var parts: [(prefix: String, arena: Arena)] {
    [("value/", values), ("first/", first), ("second/", second)].compactMap { prefix, arena in
      arena.map { (prefix, $0) }
    }
  }

  /// Parameters of a part: those that stay as they are have no moments.
  private func entries(of prefix: String) -> [Entry] {
    prefix == "value/" ? entries : entries.filter { $0.tempo != .frozen }
  }

  /// Row-major tensors by part and name: `value/conv1.weight`, `first/conv1.weight`, `second/conv1.weight`.
  ///
  /// `known` are values that were exported since the last update.
  func exportState(_ known: ParameterSet) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (prefix, arena) in parts {
      for entry in entries(of: prefix) {
        let value = prefix == "value/" ? known[entry.name] : nil
        tensors[prefix + entry.name] = try value ?? tensor(entry, in: arena)
      }
    }
    return tensors
  }

  /// Takes in what `exportState` gave for the same parameters and optimizer.
  func loadState(_ set: ParameterSet) throws {
    for (prefix, arena) in parts {
      for entry in entries(of: prefix) {
        let name = prefix + entry.name
        guard let tensor = set[name], tensor.shape == entry.shape,
          tensor.floats.count == entry.shape.reduce(1, *)
        else {
          throw PlanError.parameterMismatch(name: name, expected: entry.shape, found: set[name]?.shape)
        }
        try copy(tensor.floats, into: floats(arena, entry.offset), entry)
      }
    }
  }
}
