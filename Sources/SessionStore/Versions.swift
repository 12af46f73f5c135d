import GRDB
package import GraphIR

/// A version of a model in a list of versions.
package struct ModelVersion: Hashable, Sendable {
  package var record: ModelRecord
  package var isCurrent: Bool
}

extension SessionStore {
  private static let versionSelection = """
    SELECT v.id, v.name, v.version, v.kind, v.graph, v.object, v.byte_count,
      coalesce(m.figures, v.figures) AS figures, v.details, v.run, v.created_at,
      m.version_id IS NOT NULL AS is_current
    FROM model_version AS v LEFT JOIN model AS m ON m.version_id = v.id AND m.name = v.name

    """

  /// Versions of a name that are there and not forgotten, the oldest first, without those whose row is damaged; the
  /// current one with its own figures, others with those that they were made with.
  package func versions(of name: String) throws -> [ModelVersion] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: Self.versionSelection + """
          WHERE v.name = ? AND (NOT v.forgotten OR m.version_id IS NOT NULL) ORDER BY v.version
          """, arguments: [name]
      ).compactMap { row in
        do {
          return ModelVersion(
            record: try record(row), isCurrent: try row.decode(Bool.self, forColumn: "is_current"))
        } catch StoreError.damagedModel {
          return nil
        }
      }
    }
  }

  /// A version of a name; nil where it is not there any more, or forgotten.
  ///
  /// Throws `.damagedModel`.
  package func version(_ reference: VersionReference) throws -> ModelRecord? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: Self.versionSelection + """
          WHERE v.name = ? AND v.version = ? AND (NOT v.forgotten OR m.version_id IS NOT NULL)
          """, arguments: [reference.name, reference.version]
      ).map(record)
    }
  }

  /// Numbers of the versions of each name that can be named, rising; names of models that are gone too.
  package func versionNumbers() throws -> [String: [Int]] {
    try read { database in
      var numbers: [String: [Int]] = [:]
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT name, version FROM model_version
          WHERE NOT forgotten OR id IN (SELECT version_id FROM model) ORDER BY name, version
          """)
      while let row = try rows.next() {
        numbers[try row.decode(atIndex: 0), default: []].append(try row.decode(atIndex: 1))
      }
      return numbers
    }
  }

  /// Versions that can be named, with their kinds, by name and number.
  package func versionKinds() throws -> [(VersionReference, Model.Kind)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT name, version, kind FROM model_version
          WHERE NOT forgotten OR id IN (SELECT version_id FROM model) ORDER BY name, version
          """
      ).compactMap { row in
        guard let kind = Model.Kind(rawValue: try row.decode(atIndex: 2)) else { return nil }
        return (VersionReference(try row.decode(atIndex: 0), try row.decode(atIndex: 1)), kind)
      }
    }
  }

  /// How many versions of each name were made, whether they are there or not: the next one has the number after that.
  package func versionCounts() throws -> [String: Int] {
    try read { database in
      var counts: [String: Int] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT name, count FROM version_count")
      while let row = try rows.next() {
        counts[try row.decode(atIndex: 0)] = try row.decode(Int.self, atIndex: 1)
      }
      return counts
    }
  }
}

extension Transaction {
  /// Takes a version that is not the current one out of lists and of what can be named; its weights stay as long as undo
  /// can bring it back.
  ///
  /// Throws `.unknownModel`.
  package func forgetVersion(_ reference: VersionReference) throws {
    let row = try Int64.fetchOne(
      database,
      sql: """
        SELECT id FROM model_version WHERE name = ? AND version = ? AND NOT forgotten
        AND id NOT IN (SELECT version_id FROM model)
        """, arguments: [reference.name, reference.version])
    guard let row else { throw StoreError.unknownModel(reference.text) }
    let part = StatePart(kind: .version, name: "\(row)")
    try note(part.kind, part.name)
    try part.put(StatePart.Content(value: "forgotten"), database)
  }
}
