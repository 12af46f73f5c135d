/// The stored form: `{"arguments": {"T": 4, "alpha": 1, "beta": 8}, "name": "DecoupledKD"}`.
extension DistillationLoss: Codable {
  private enum CodingKeys: CodingKey { case name, arguments }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    let arguments = Dictionary(uniqueKeysWithValues: numbers.map { ($0.label, $0.value) })
    try container.encode(arguments, forKey: .arguments)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let stored =
      container.contains(.name)
      ? StoredLoss(
        name: try container.decode(String.self, forKey: .name),
        arguments: try container.decode([String: Double].self, forKey: .arguments))
      : try StoredLoss(caseOf: decoder)
    do {
      try self.init(name: stored.name, arguments: stored.arguments.mapValues(LossArgument.number))
    } catch {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: error.message))
    }
  }
}

private struct StoredLoss {
  var name: String
  var arguments: [String: Double]

  init(name: String, arguments: [String: Double]) {
    self.name = name
    self.arguments = arguments
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static let labels = ["temperature": "T", "power": "p", "norm": "p"]

  /// The first sessions' form: cases of two enumerations, `{"logit": {"_0": {"nkd": {"temperature": 1, "gamma": 1.5}}}}`.
  init(caseOf decoder: any Decoder) throws {
    var container = try decoder.container(keyedBy: Key.self)
    for key in [Key(stringValue: "logit"), Key(stringValue: "feature")] where container.contains(key) {
      container = try container.nestedContainer(keyedBy: Key.self, forKey: key)
        .nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: "_0"))
      break
    }
    guard let key = container.allKeys.first, container.allKeys.count == 1,
      let entry = LossEntry.catalogue.first(where: { $0.name.lowercased() == key.stringValue.lowercased() })
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no distillation loss"))
    }
    let values = try container.decode([String: Double].self, forKey: key)
    self.init(
      name: entry.name,
      arguments: Dictionary(uniqueKeysWithValues: values.map { (Self.labels[$0.key] ?? $0.key, $0.value) }))
  }
}
