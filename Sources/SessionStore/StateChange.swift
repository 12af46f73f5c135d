import GRDB

/// What is undone and done again of a session: models, settings, definitions, and which versions are forgotten.
struct StatePart: Hashable, Comparable {
  enum Kind: String { case model, setting, definition, version }

  /// What stands under a name; nothing where both are nil.
  struct Content: Equatable {
    /// A model's figures, a setting's value, a definition's words, "forgotten".
    var value: String?
    /// Row of a model's version.
    var version: Int64?

    var isNothing: Bool { value == nil && version == nil }
  }

  var kind: Kind
  /// Of a version the number of its row.
  var name: String

  static func < (one: StatePart, other: StatePart) -> Bool {
    (one.kind.rawValue, one.name) < (other.kind.rawValue, other.name)
  }

  /// What stands there now.
  func content(_ database: Database) throws -> Content {
    let sql =
      switch kind {
      case .model: "SELECT figures, version_id FROM model WHERE name = ?"
      case .setting: "SELECT value, NULL FROM setting WHERE key = ?"
      case .definition: "SELECT words, NULL FROM definition WHERE name = ?"
      case .version: "SELECT 'forgotten', NULL FROM model_version WHERE id = CAST(? AS INTEGER) AND forgotten"
      }
    guard let row = try Row.fetchOne(database, sql: sql, arguments: [name]) else { return Content() }
    return Content(value: try row.decode(atIndex: 0), version: try row.decode(atIndex: 1))
  }

  /// Makes that what stands there.
  func put(_ content: Content, _ database: Database) throws {
    switch kind {
    case .model where content.isNothing: try delete("model", key: "name", database)
    case .model:
      try database.execute(
        sql: "INSERT OR REPLACE INTO model (name, version_id, figures) VALUES (?, ?, ?)",
        arguments: [name, content.version, content.value])
    case .setting where content.isNothing: try delete("setting", key: "key", database)
    case .setting:
      try database.execute(
        sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", arguments: [name, content.value])
    case .definition where content.isNothing: try delete("definition", key: "name", database)
    case .definition:
      try database.execute(
        sql: "INSERT OR REPLACE INTO definition (name, words) VALUES (?, ?)",
        arguments: [name, content.value])
    case .version:
      try database.execute(
        sql: "UPDATE model_version SET forgotten = ? WHERE id = CAST(? AS INTEGER)",
        arguments: [!content.isNothing, name])
    }
  }

  private func delete(_ table: String, key: String, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM \(table) WHERE \(key) = ?", arguments: [name])
  }
}

extension Transaction {
  /// Notes what stands under a name, before it is changed for the first time.
  func note(_ kind: StatePart.Kind, _ name: String) throws {
    changesState = true
    let part = StatePart(kind: kind, name: name)
    if before[part] == nil { before[part] = try part.content(database) }
  }
}
