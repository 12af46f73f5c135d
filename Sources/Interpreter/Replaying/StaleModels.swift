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

extension StaleModel {
  /// Those among the models, the oldest first as they are.
  static func all(among models: [ModelEntry], definitions: [String: NetworkDefinition]) -> [StaleModel] {
    let places = Dictionary(models.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    var causes: [String: [StaleModel.Cause]] = [:]
    for (place, entry) in models.enumerated() {
      causes[entry.name] = entry.originNames.compactMap { origin in
        guard let other = places[origin] else { return nil }
        let made = entry.origins.first { $0.reference.name == origin }?.reference.version
        let isAnother = made.map { $0 != models[other].version } ?? (other > place)
        return isAnother ? .madeAgain(origin) : nil
      }
      if entry.isRedefined(by: definitions) {
        causes[entry.name, default: []].append(.redefined(entry.graph.architecture))
      }
    }
    // What comes later in the chain follows: a model made from a stale one, and so on.
    for entry in models {
      for origin in entry.originNames
      where !(causes[origin] ?? []).isEmpty && places[origin, default: .max] < places[entry.name, default: 0]
      {
        causes[entry.name, default: []].append(.madeFromStale(origin))
      }
    }
    return models.compactMap { entry in
      let found = causes[entry.name] ?? []
      return found.isEmpty ? nil : StaleModel(name: entry.name, causes: found)
    }
  }

  /// What there is to say of them.
  package static func output(_ stale: [StaleModel]) -> Output {
    guard !stale.isEmpty else { return .text("no model is stale: all that they were made from is as it was") }
    return .table(
      Table(
        columns: [Table.Column("model"), Table.Column("is stale because")],
        texts: stale.map { [$0.name, $0.causes.map(\.words).joined(separator: "; ")] }))
  }
}

extension Interpreter {
  /// Models of the session that a new run of their cells would make otherwise, the oldest first.
  package func staleModels() throws -> [StaleModel] {
    StaleModel.all(
      among: try store.models().map(ModelEntry.init),
      definitions: try store.definitions().compactMapValues(NetworkDefinition.init(text:)))
  }
}

extension ModelEntry {
  /// The models that it was made from: its start and its teachers, without itself.
  fileprivate var originNames: [String] {
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
