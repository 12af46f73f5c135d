import GRDB
package import GraphIR

extension SessionStore {
  private static let selection = """
    SELECT v.id, m.name, v.version, v.kind, v.graph, v.object, v.byte_count, m.figures, v.details, v.run,
      v.created_at
    FROM model AS m LEFT JOIN model_version AS v ON v.id = m.version_id

    """

  /// The current version of each name, the one that was made first at the front.
  ///
  /// Models whose row is damaged are left out; `problems()` names them.
  package func models() throws -> [ModelRecord] { try read(models(in:)) }

  func models(in database: Database) throws -> [ModelRecord] {
    try Row.fetchAll(database, sql: "SELECT name, version_id, figures FROM model ORDER BY version_id")
      .compactMap { row in
        do {
          return try record(
            named: try row.decode(atIndex: 0), version: try row.decode(atIndex: 1),
            figures: try row.decode(atIndex: 2), database)
        } catch StoreError.damagedModel {
          return nil
        }
      }
  }

  /// A current model: known from before, where nothing of it was changed, or read.
  private func record(
    named name: String, version: Int64, figures: String, _ database: Database
  ) throws -> ModelRecord? {
    if let known = records[version], known.figures == figures, known.record.name == name {
      return known.record
    }
    let row = try Row.fetchOne(database, sql: Self.selection + "WHERE m.name = ?", arguments: [name])
    let record = try row.map(record)
    if let record { records[version] = (figures, record) }
    return record
  }

  /// The current version of a name; nil where there is none.
  ///
  /// Throws `.damagedModel`.
  package func model(named name: String) throws -> ModelRecord? {
    try read { database in
      try Row.fetchOne(database, sql: Self.selection + "WHERE m.name = ?", arguments: [name]).map(record)
    }
  }

  /// A version of a name, current or not, by the file of its weights, with the figures of none; nil where there is
  /// none any more.
  package func version(of name: String, object: String) throws -> ModelRecord? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT id, name, version, kind, graph, object, byte_count, '{}' AS figures, details, run, created_at
          FROM model_version WHERE name = ? AND object = ? ORDER BY id DESC
          """, arguments: [name, object]
      ).map(record)
    }
  }

  /// Reads a model's weights and verifies that they are what was written: size, SHA-256 and structure; and that they are
  /// those that its layers read.
  ///
  /// Throws `.damagedObject` with the model and the file.
  package func parameters(of model: ModelRecord) throws -> ParameterSet {
    let parameters = try objects.load(model)
    if let flaw = model.graph.flaw(of: parameters) {
      throw StoreError.damagedObject(
        model: model.name, path: objects.path(model.object), reason: "does not fit its layers: " + flaw)
    }
    return parameters
  }

  /// What is wrong with the session at a look: damaged rows, missing or resized files of weights, history.
  ///
  /// `parameters(of:)` finds the rest.
  package func problems() throws -> [StoreProblem] {
    var problems = openingProblems
    problems += try read { database in
      try Row.fetchAll(database, sql: Self.selection + "ORDER BY v.id").compactMap(problem)
    }
    do {
      _ = try history(limit: 100)
    } catch StoreError.damagedHistory(let path, let reason) {
      problems.append(.damagedHistory(path: path, reason: reason))
    }
    return problems
  }

  private func problem(_ row: Row) throws -> StoreProblem? {
    let model: ModelRecord
    do {
      model = try record(row)
    } catch StoreError.damagedModel(let model, let reason) {
      return .damagedModel(model: model, reason: reason)
    }
    // The list of models comes next, and need not read it again.
    records[try row.decode(Int64.self, forColumn: "id")] = (try row.decode(forColumn: "figures"), model)
    let path = objects.path(model.object)
    return switch objects.condition(model.object, expected: model.byteCount) {
    case .missing: .missingObject(model: model.name, path: path)
    case .present(model.byteCount): nil
    case .present(let found):
      .resizedObject(model: model.name, path: path, expected: model.byteCount, found: found)
    }
  }

  func record(_ row: Row) throws -> ModelRecord {
    let name = try row.decode(String.self, forColumn: "name")
    do {
      let kind = try row.decode(String.self, forColumn: "kind")
      guard let kind = Model.Kind(rawValue: kind) else {
        throw StoreError.damagedModel(model: name, reason: "unknown kind \"\(kind)\"")
      }
      let details = try StoredText.decode([String: String].self, from: row.decode(forColumn: "details"))
      try requireSound(details, row, of: name)
      return ModelRecord(
        name: name, version: try row.decode(forColumn: "version"), kind: kind,
        graph: try graph(row, of: name), object: try row.decode(forColumn: "object"),
        byteCount: try row.decode(forColumn: "byte_count"),
        figures: try StoredText.decode([String: Double].self, from: row.decode(forColumn: "figures")),
        details: details, run: try row.decode(forColumn: "run"),
        createdAt: StoredInstant.date(try row.decode(forColumn: "created_at")))
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError.damagedModel(model: name, reason: "its row can't be decoded")
    }
  }

  private func requireSound(_ details: [String: String], _ row: Row, of model: String) throws {
    let id = try row.decode(Int64.self, forColumn: "id")
    guard !soundDetails.contains(id) else { return }
    if let flaw = flawOfDetails(details) { throw StoreError.damagedModel(model: model, reason: flaw) }
    soundDetails.insert(id)
  }

  private func graph(_ row: Row, of model: String) throws -> Graph {
    let id = try row.decode(Int64.self, forColumn: "id")
    if let graph = graphs[id] { return graph }
    let graph: Graph
    do {
      graph = try StoredText.decode(Graph.self, from: row.decode(forColumn: "graph"))
    } catch {
      throw StoreError.damagedModel(model: model, reason: "its graph can't be decoded")
    }
    if let flaw = graph.flaw { throw StoreError.damagedModel(model: model, reason: flaw) }
    graphs[id] = graph
    return graph
  }
}
