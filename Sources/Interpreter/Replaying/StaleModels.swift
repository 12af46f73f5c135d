import Foundation
import GraphIR
import SessionStore
import Training

/// A model that was made from something that is another now.
package struct StaleModel: Sendable, Equatable {
  package enum Cause: Sendable, Equatable {
    /// A model that it started from or was taught by was made again since.
    case madeAgain(String)
    /// The network that it has is defined otherwise now.
    case redefined(String)
    /// What it was made from is itself stale.
    case madeFromStale(String)

    package var words: String {
      switch self {
      case .madeAgain(let name): "\(name) was made again since"
      case .redefined(let name): "the network \(name) is defined otherwise now"
      case .madeFromStale(let name): "it was made from \(name), which is stale"
      }
    }
  }

  package var name: String
  package var causes: [Cause]

  package init(name: String, causes: [Cause]) {
    self.name = name
    self.causes = causes
  }
}

extension Interpreter {
  /// Models of the session that a new run of their cells would make otherwise, the oldest first.
  package func staleModels() throws -> [StaleModel] {
    let models = try store.models()
    let definitions = try store.definitions().compactMapValues(NetworkDefinition.init(text:))
    let places = Dictionary(models.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    var causes: [String: [StaleModel.Cause]] = [:]
    for (place, model) in models.enumerated() {
      let entry = ModelEntry(model)
      causes[model.name] = entry.origins.compactMap { origin in
        places[origin].flatMap { $0 > place ? .madeAgain(origin) : nil }
      }
      if entry.isRedefined(by: definitions) {
        causes[model.name, default: []].append(.redefined(entry.graph.architecture))
      }
    }
    // What comes later in the chain follows: a model made from a stale one, and so on.
    for model in models {
      for origin in ModelEntry(model).origins
      where !(causes[origin] ?? []).isEmpty && places[origin, default: .max] < places[model.name, default: 0]
      {
        causes[model.name, default: []].append(.madeFromStale(origin))
      }
    }
    return models.compactMap { model in
      let found = causes[model.name] ?? []
      return found.isEmpty ? nil : StaleModel(name: model.name, causes: found)
    }
  }

  /// Statements that give a new session this one's settings; nil where it has none.
  package func settingsProgram() throws -> String? {
    let settings = try store.settings()
    var lines: [String] = []
    if let seed = settings[Setting.seed.rawValue] { lines.append("set seed \(seed)") }
    if let precision = settings[Setting.precision.rawValue] { lines.append("set precision \(precision)") }
    if let threads = settings[Setting.threads.rawValue] { lines.append("set threads \(threads)") }
    if let data = settings[Setting.data.rawValue] { lines.append("data \(data)") }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

extension ModelEntry {
  /// The models that it was made from: its start and its teachers, without itself.
  fileprivate var origins: [String] {
    var names: [String] = []
    for name in [details[.start]].compactMap({ $0 }) + teachers
    where name != self.name && !names.contains(name) {
      names.append(name)
    }
    return names
  }

  fileprivate func isRedefined(by definitions: [String: NetworkDefinition]) -> Bool {
    guard kind == .float, details[.start] == nil, let definition = definitions[graph.architecture],
      let defined = try? Graph(
        sequential: definition.layers, architecture: graph.architecture, input: graph.inputShape)
    else { return false }
    return defined != graph.withoutNormalization
  }
}
