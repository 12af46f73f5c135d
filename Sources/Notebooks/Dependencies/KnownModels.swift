/// The models and networks that cells before a place made, as far as their text tells.
struct KnownModels {
  /// Names as a session writes them.
  enum Kind: String {
    case network, float, dynamic
    case fakeQuantized = "qat"
    case integer = "int8"
  }

  /// Oldest first.
  private(set) var models: [(name: String, kind: Kind)] = []
  /// What the model of a name was made from.
  private(set) var starts: [String: String] = [:]
  private var networks: Set<String> = []

  init() {}

  func kind(of name: String) -> Kind? { models.last { $0.name == name }?.kind }
  func newest(_ kind: Kind) -> String? { models.last { $0.kind == kind }?.name }
  func isNetwork(_ name: String) -> Bool { networks.contains(name) }
  func knows(_ name: String) -> Bool { isNetwork(name) || kind(of: name) != nil }
  var all: Set<SessionName> { Set(models.map { .model($0.name) }) }

  /// The model or network that a word means, also a path into a model.
  func name(in word: String) -> String? {
    if knows(word) { return word }
    let first = word.prefix { $0 != "." }
    return first.count < word.count && knows(String(first)) ? String(first) : nil
  }

  mutating func add(_ name: String, _ kind: Kind, start: String? = nil) {
    if kind == .network {
      networks.insert(name)
      return
    }
    models.removeAll { $0.name == name }
    models.append((name, kind))
    starts[name] = start
  }

  /// A model goes before a network of the same name.
  mutating func forget(_ name: String) {
    if kind(of: name) == nil { networks.remove(name) }
    models.removeAll { $0.name == name }
  }
}
