import GRDB
package import GraphIR

extension Transaction {
  /// Stores a model as the new current version of a name; versions before it stay for `undo`.
  ///
  /// The weights are on disk, durably, when this returns; equal weights share a file. `figures` and `details`
  /// are as in `ModelRecord`; `run` is the id of a run of this session. Throws `.inconsistentTensor`,
  /// `.unwritable` or `.unknownRun`.
  @discardableResult
  package func saveModel(
    name: String, kind: Model.Kind, graph: Graph, parameters: ParameterSet, figures: [String: Double] = [:],
    details: [String: String] = [:], run: String? = nil
  ) throws -> ModelRecord {
    if let run, try !hasRun(run) { throw StoreError.unknownRun(run) }
    let file = WeightsFile(Model(kind: kind, graph: graph, parameters: parameters))
    let (object, byteCount, isNew) = try store.objects.store(file)
    if isNew { writtenObjects.append(object) }
    let instant = StoredInstant.now()
    let version = try nextVersion(of: name)
    let figureText = try StoredText.encode(figures)
    try note(.model, name)
    try database.execute(
      sql: """
        INSERT INTO model_version
          (name, version, kind, graph, object, byte_count, details, run, created_at, figures)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        name, version, kind.rawValue, try StoredText.encode(graph), object, byteCount,
        try StoredText.encode(details), run, instant, figureText,
      ])
    let id = database.lastInsertedRowID
    try database.execute(
      sql: "INSERT OR REPLACE INTO model (name, version_id, figures) VALUES (?, ?, ?)",
      arguments: [name, id, figureText])
    made.append((name, version, run))
    store.graphs[id] = graph
    return ModelRecord(
      name: name, version: version, kind: kind, graph: graph, object: object, byteCount: byteCount,
      figures: figures, details: details, run: run, createdAt: StoredInstant.date(instant))
  }

  /// Adds figures to the current version of a model, over those of the same name.
  ///
  /// Throws `.unknownModel`.
  package func updateFigures(of name: String, _ figures: [String: Double]) throws {
    let text = try String.fetchOne(
      database, sql: "SELECT figures FROM model WHERE name = ?", arguments: [name])
    guard let text else { throw StoreError.unknownModel(name) }
    // Figures that can't be read any more give way to those that are measured anew.
    let old = (try? StoredText.decode([String: Double].self, from: text)) ?? [:]
    let merged = old.merging(figures) { _, new in new }
    try note(.model, name)
    try database.execute(
      sql: "UPDATE model SET figures = ? WHERE name = ?", arguments: [try StoredText.encode(merged), name])
  }

  /// Takes a name out of the session; its versions stay for `undo`.
  ///
  /// Throws `.unknownModel`.
  package func removeModel(named name: String) throws {
    try note(.model, name)
    try database.execute(sql: "DELETE FROM model WHERE name = ?", arguments: [name])
    guard database.changesCount == 1 else { throw StoreError.unknownModel(name) }
  }

  /// Counts on where versions were removed, so that a number always means the same model.
  private func nextVersion(of name: String) throws -> Int {
    try database.execute(
      sql: """
        INSERT INTO version_count (name, count) VALUES (?, 1)
        ON CONFLICT (name) DO UPDATE SET count = count + 1
        """, arguments: [name])
    let count = try Int.fetchOne(
      database, sql: "SELECT count FROM version_count WHERE name = ?", arguments: [name])
    return count ?? 1
  }
}
