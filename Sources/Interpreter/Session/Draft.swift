import Foundation
import GraphIR
import SessionStore

/// What a running cell has made and changed, kept apart from the session until the cell ends well.
package struct Draft {
  /// A model with its weights, and what is to be written down of it.
  struct NewModel {
    var entry: ModelEntry
    var parameters: ParameterSet
    /// Place in `runs` of the run that made it.
    var run: Int?

    var model: Model { Model(kind: entry.kind, graph: entry.graph, parameters: parameters) }
  }

  /// A run that came to an end, or was stopped.
  struct Run {
    var kind: RunRecord.Kind
    var model: String
    var status: RunRecord.Status
    var settings: [String: String]
    var metrics: [(key: String, step: Int, value: Double)]
    var epochsDone: Int
    var stepsDone: Int
    var startedAt: Date
    var endedAt: Date
  }

  enum Change {
    case save(NewModel)
    case forget(String)
    case set(Setting, String)
    case define(String, String?)
  }

  let store: SessionStore
  private(set) var changes: [Change] = []
  private(set) var runs: [Run] = []

  init(store: SessionStore) { self.store = store }

  mutating func set(_ setting: Setting, to value: String) { changes.append(.set(setting, value)) }

  /// Keeps the chain that a name stands for; nil removes it.
  mutating func define(_ name: String, as chain: String?) { changes.append(.define(name, chain)) }

  mutating func forget(_ name: String) { changes.append(.forget(name)) }

  /// Keeps a run; returns its place for `NewModel.run`.
  mutating func keep(_ run: Run) -> Int {
    runs.append(run)
    return runs.count - 1
  }

  /// Keeps a model; returns its entry with the size that its saved weights will have.
  mutating func save(_ new: NewModel) throws -> ModelEntry {
    var new = new
    new.entry.byteCount = try WeightsFile(new.model).byteCount
    changes.append(.save(new))
    return new.entry
  }

  /// A model with its weights, as this cell left it or from the session.
  func model(_ name: String) throws -> Model {
    for change in changes.reversed() {
      if case .save(let new) = change, new.entry.name == name { return new.model }
    }
    guard let record = try store.model(named: name) else { throw StoreError.unknownModel(name) }
    return Model(kind: record.kind, graph: record.graph, parameters: try store.parameters(of: record))
  }

  /// Every model as this cell left it, the oldest first.
  func entries() throws -> [ModelEntry] {
    var entries = try store.models().map(ModelEntry.init)
    for change in changes {
      switch change {
      case .save(let new):
        entries.removeAll { $0.name == new.entry.name }
        entries.append(new.entry)
      case .forget(let name): entries.removeAll { $0.name == name }
      case .set, .define: break
      }
    }
    return entries
  }

  func entry(_ name: String) throws -> ModelEntry {
    guard let entry = try entries().first(where: { $0.name == name }) else {
      throw StoreError.unknownModel(name)
    }
    return entry
  }
}

extension ModelEntry {
  init(_ record: ModelRecord) {
    self.init(
      name: record.name, kind: record.kind, graph: record.graph, figures: record.figures,
      details: Dictionary(
        uniqueKeysWithValues: record.details.compactMap { key, value in
          Detail(rawValue: key).map { ($0, value) }
        }),
      byteCount: record.byteCount)
  }
}
