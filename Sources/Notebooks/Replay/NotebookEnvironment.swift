package import Interpreter
package import Text

/// The environment that a notebook's results come from, as `metadata.qatlab.environment` of its file holds
/// it.
package struct NotebookEnvironment: Sendable, Equatable {
  /// Of the program.
  package var version: String
  package var session: SessionEnvironment

  package init(version: String, session: SessionEnvironment) {
    self.version = version
    self.session = session
  }

  package var json: JSONObject {
    let data = session.data.sorted { $0.key < $1.key }
    return [
      "version": .string(version), "processor": .array(session.processor.map(JSONValue.string)),
      "onednn": .string(session.library), "instruction_set": .string(session.instructionSet),
      "byte_products": .string(session.addsByteProductsExactly ? "exact" : Self.saturating),
      "caches": .array(session.caches.map(JSONValue.integer)),
      "threads": .integer(session.threads), "seed": .number(String(session.seed)),
      "data": .object(data.reduce(into: JSONObject()) { $0[$1.key] = .string("sha256:" + $1.value) }),
    ]
  }

  private static let saturating = "saturating"

  /// What decides, beside program, data and seed, to which bits kernels compute, and what it is called in a
  /// sentence.
  private static let kernels = [
    ("version", "version"), ("processor", "processor"), ("onednn", "oneDNN"),
    ("instruction_set", "oneDNN's instructions"), ("byte_products", "sums of byte products"),
    ("caches", "caches"), ("threads", "threads"),
  ]

  /// How a saved environment differs from this one, in words; nil where the file has none.
  package func differences(from saved: JSONObject?) -> [String]? {
    guard let saved else { return nil }
    var words: [String] = []
    for (key, name) in Self.kernels + [("seed", "seed")] {
      let (old, new) = (Self.value(key, in: saved), json[key] ?? .null)
      if old != new { words.append("\(name) \(Self.words(old)), now \(Self.words(new))") }
    }
    return words + dataDifferences(from: saved).map { "other images in \($0)" }
  }

  /// SHA-256 of the data sets of a saved run, by the words that choose them.
  static func checksums(of saved: JSONObject?) -> [String: String] {
    (saved?["data"]?.object?.members ?? []).reduce(into: [:]) { data, member in
      guard let text = member.value.string, text.hasPrefix(checksumPrefix) else { return }
      data[member.key] = String(text.dropFirst(checksumPrefix.count))
    }
  }

  private static let checksumPrefix = "sha256:"

  /// Data sets with the same words and other images.
  package func dataDifferences(from saved: JSONObject?) -> [String] {
    let before = saved?["data"]?.object ?? [:]
    return session.data.sorted { $0.key < $1.key }.compactMap { name, checksum in
      guard let old = before[name]?.string else { return nil }
      return old == "sha256:" + checksum ? nil : name
    }
  }

  /// True where the saved run was of this version of the program.
  func isOfVersion(of saved: JSONObject?) -> Bool { saved?["version"] == .string(version) }

  /// True where kernels may add in another order than in the saved run, or nothing is known of it.
  package func computesOtherwise(than saved: JSONObject?) -> Bool {
    guard let saved else { return true }
    return Self.kernels.contains { Self.value($0.0, in: saved) != json[$0.0] }
  }

  /// True where integer models get activations of as many bits as in the saved run.
  package func hasGrids(of saved: JSONObject?) -> Bool {
    guard let saved, let before = Self.value("byte_products", in: saved).string else { return true }
    return before == json["byte_products"]?.string
  }

  /// True where the saved run had a processor that adds products of bytes with saturation.
  static func saturates(_ saved: JSONObject?) -> Bool {
    saved.map { value("byte_products", in: $0).string == saturating } ?? false
  }

  /// A member of a saved environment; how products of bytes are added follows from the processor where it
  /// isn't said.
  private static func value(_ key: String, in saved: JSONObject) -> JSONValue {
    if key == "byte_products", saved[key] == nil, let features = saved["processor"]?.array {
      return .string(features.contains(.string("vnni")) ? "exact" : saturating)
    }
    return saved[key] ?? .null
  }

  private static func words(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .array(let list): list.isEmpty ? "none" : list.map { $0.string ?? $0.line }.joined(separator: "+")
    case .null: "unknown"
    case .bool, .number, .object: value.line
    }
  }
}

extension NotebookCell {
  /// The environment of its results, where that isn't the notebook's.
  var savedEnvironment: JSONObject? {
    members["metadata"]?.object?["qatlab"]?.object?["environment"]?.object
  }
}

extension Notebook {
  /// `metadata.qatlab.environment`; nil where the file has none.
  package var savedEnvironment: JSONObject? { notes?["environment"]?.object }

  private var notes: JSONObject? { root["metadata"]?.object?["qatlab"]?.object }

  /// Parameters that the saved run had with other values.
  func changedParameters(_ parameters: Parameters) -> [(name: String, words: String)] {
    let saved = notes?["parameters"]?.object ?? [:]
    return parameters.values.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let old = saved[name]?.string, old != value.literal else { return nil }
      return (name, "parameter \(name) \(old), now \(value.literal)")
    }
  }
}
