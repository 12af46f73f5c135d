package import Interpreter

/// The environment that a notebook's results come from, as `metadata.qatlab.environment` of its file holds it.
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
      "threads": .integer(session.threads), "seed": .number(String(session.seed)),
      "data": .object(data.reduce(into: JSONObject()) { $0[$1.key] = .string("sha256:" + $1.value) }),
    ]
  }

  /// How a saved environment differs from this one, in words; nil where the file has none.
  package func differences(from saved: JSONObject?) -> [String]? {
    guard let saved else { return nil }
    var words: [String] = []
    for key in ["version", "processor", "threads", "seed"] {
      let (old, new) = (saved[key] ?? .null, json[key] ?? .null)
      if old != new { words.append("\(key) \(Self.words(old)), now \(Self.words(new))") }
    }
    let before = saved["data"]?.object ?? [:]
    for (name, checksum) in session.data.sorted(by: { $0.key < $1.key }) {
      guard let old = before[name]?.string else { continue }
      if old != "sha256:" + checksum { words.append("other images in \(name)") }
    }
    return words
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
