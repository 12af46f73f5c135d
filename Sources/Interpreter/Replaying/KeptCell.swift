package import Language
import SessionStore

/// What a cell gave and how it changed the session, kept to be served again instead of running it.
package struct KeptCell: Codable, Sendable {
  struct KeptModel: Codable, Sendable {
    var name: String
    /// Names the file of its weights.
    var object: String
    var figures: [String: Double]
    var details: [String: String]
    /// The id of the run that made it.
    var run: String?
  }

  package var seconds: Double
  package var metrics: [Metric]
  package var outputs: [Output]
  package var diagnostics: [Diagnostic]
  /// Models that the cell made, the oldest first.
  var models: [KeptModel] = []
  var settings: [String: String] = [:]
  var definitions: [String: String] = [:]
  var runs: [String] = []

  package init(seconds: Double, metrics: [Metric], outputs: [Output], diagnostics: [Diagnostic]) {
    self.seconds = seconds
    self.metrics = metrics
    self.outputs = outputs
    self.diagnostics = diagnostics
  }
}

extension Interpreter {
  /// Keeps the last cell in the session with all that it did, also where that was so before; a session that can't be
  /// written keeps nothing.
  package func keep(_ cell: KeptCell, key: String) {
    guard !isReadOnly, let effects = lastEffects else { return }
    var cell = cell
    // Without it the cell is run again: slower, and the same.
    try? store.transaction { transaction in
      cell.models = try store.models().filter { effects.models.contains($0.name) }.map {
        KeptCell.KeptModel(
          name: $0.name, object: $0.object, figures: $0.figures, details: $0.details, run: $0.run)
      }
      cell.settings = Dictionary(uniqueKeysWithValues: effects.settings.map { ($0.key.rawValue, $0.value) })
      cell.definitions = effects.definitions
      cell.runs = effects.runs
      try transaction.keepCellResult(cell, key: key)
    }
  }

  /// What this session keeps under a key.
  package func keptCell(_ key: String) -> KeptCell? {
    (try? store.cellResult(KeptCell.self, key: key)) ?? nil
  }

  /// Changes this session as a kept cell of another one changed that; false where weights are missing or damaged,
  /// and nothing is changed.
  package func repeatChanges(of cell: KeptCell, from other: Interpreter, source: String) -> Bool {
    do {
      let runs = try other.store.runs().filter { cell.runs.contains($0.id) }
      try store.transaction { transaction in
        var ids: [String: String] = [:]
        for run in runs { ids[run.id] = try copy(run, from: other.store, transaction) }
        for model in cell.models {
          guard let record = try other.store.version(of: model.name, object: model.object) else {
            throw StoreError.unknownModel(model.name)
          }
          try transaction.saveModel(
            name: model.name, kind: record.kind, graph: record.graph,
            parameters: try other.store.parameters(of: record), figures: model.figures,
            details: try details(of: model, from: other),
            run: model.run.flatMap { ids[$0] })
        }
        for (key, value) in cell.settings { try transaction.set(key, to: value) }
        for (name, words) in cell.definitions { try transaction.define(name, words) }
        if !cell.models.isEmpty || !cell.settings.isEmpty || !cell.definitions.isEmpty || !runs.isEmpty {
          transaction.recordState(cell: source)
        }
      }
      return true
    } catch {
      return false
    }
  }

  /// What is written down of a model, with the numbers that the versions which it was made from have in this session.
  private func details(of model: KeptCell.KeptModel, from other: Interpreter) throws -> [String: String] {
    var details = model.details
    let key = OriginRecord.detailKey
    let origins = try OriginRecord.all(in: details[key]).compactMap { origin -> OriginRecord? in
      guard let theirs = try other.store.version(origin.reference),
        let own = try store.version(of: origin.reference.name, object: theirs.object)
      else { return nil }
      return OriginRecord(origin.role, VersionReference(own.name, own.version))
    }
    details[key] = origins.isEmpty ? nil : OriginRecord.text(origins)
    return details
  }

  private func copy(_ run: RunRecord, from other: SessionStore, _ transaction: Transaction) throws -> String {
    let new = try transaction.beginRun(
      kind: run.kind, model: run.model, settings: run.settings, command: run.command, startedAt: run.startedAt
    )
    for key in try other.metricKeys(of: run.id) {
      try transaction.appendMetrics(
        run: new.id, try other.metrics(of: run.id, key: key).map { (key, $0.step, $0.value) })
    }
    try transaction.finishRun(
      new.id, status: run.status, epochsDone: run.epochsDone, stepsDone: run.stepsDone,
      endedAt: run.endedAt ?? run.startedAt)
    return new.id
  }
}
