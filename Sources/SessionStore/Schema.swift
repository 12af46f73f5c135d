import GRDB

/// The tables of `store.db`, as migrations that are only ever added to.
///
/// `model`, `setting` and `definition` are the session as it stands; `state_change` holds what led there from each state
/// that undo can go back to. Of a row of `model_version` nothing changes but whether it is forgotten.
enum Schema {
  /// "qatl": tells SQLite files of sessions from those of other programs.
  static let applicationID: Int32 = 0x7161_746C

  /// Makes the tables, or those that are missing.
  ///
  /// The id comes first, in a write of its own, so that a process that dies in between leaves nothing that could be
  /// another program's.
  static func complete(_ queue: DatabaseQueue) throws {
    try queue.inDatabase { try $0.execute(sql: "PRAGMA application_id = \(applicationID)") }
    try migrator.migrate(queue)
  }

  /// True for a database in which there is nothing yet: no table, or an empty one of the migrator's.
  static func isBlank(_ database: Database) throws -> Bool {
    let tables = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    guard tables == ["grdb_migrations"] else { return tables.isEmpty }
    return try Int.fetchOne(database, sql: "SELECT count(*) FROM grdb_migrations") == 0
  }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 session") { database in
      try database.execute(sql: runs + models + states + history)
      try database.execute(
        sql: "INSERT INTO state (id, created_at) VALUES (1, ?)", arguments: [StoredInstant.now()])
      try database.execute(sql: "INSERT INTO current_state (only_row, state) VALUES (1, 1)")
    }
    migrator.registerMigration("2 cell results") { database in
      try database.execute(
        sql: """
          CREATE TABLE cell_result (
            key TEXT NOT NULL PRIMARY KEY, result TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID
          """)
    }
    migrator.registerMigration("3 checkpoints") {
      try $0.execute(sql: RunRows.columns + CheckpointRows.table)
    }
    registerVersions(&migrator)
    migrator.registerMigration("5 identity", migrate: SessionIdentity.makeTable)
    return migrator
  }

  private static let runs = """
    CREATE TABLE run (
      id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL,
      started_at INTEGER NOT NULL, ended_at INTEGER, settings TEXT NOT NULL, command TEXT NOT NULL,
      epochs_done INTEGER NOT NULL DEFAULT 0, steps_done INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE series (
      id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES run (id), key TEXT NOT NULL, UNIQUE (run, key));
    CREATE TABLE metric (
      series INTEGER NOT NULL REFERENCES series (id), step INTEGER NOT NULL, value REAL,
      is_nan INTEGER NOT NULL DEFAULT 0, CHECK ((value IS NULL) = is_nan), PRIMARY KEY (series, step)
    ) WITHOUT ROWID;

    """

  private static let models = """
    CREATE TABLE model_version (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version INTEGER NOT NULL,
      kind TEXT NOT NULL, graph TEXT NOT NULL, object TEXT NOT NULL, byte_count INTEGER NOT NULL,
      details TEXT NOT NULL, run TEXT REFERENCES run (id), created_at INTEGER NOT NULL,
      UNIQUE (name, version));
    CREATE TABLE version_count (name TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL);
    CREATE TABLE model (
      name TEXT NOT NULL PRIMARY KEY, version_id INTEGER NOT NULL REFERENCES model_version (id),
      figures TEXT NOT NULL);
    CREATE TABLE setting (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE definition (name TEXT NOT NULL PRIMARY KEY, words TEXT NOT NULL);

    """

  private static let states = """
    CREATE TABLE state (
      id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES state (id) ON DELETE SET NULL,
      cell TEXT, created_at INTEGER NOT NULL);
    CREATE INDEX state_by_parent ON state (parent);
    CREATE TABLE current_state (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1), state INTEGER NOT NULL REFERENCES state (id));
    CREATE TABLE state_model (
      state INTEGER NOT NULL REFERENCES state (id) ON DELETE CASCADE, name TEXT NOT NULL,
      version_id INTEGER NOT NULL REFERENCES model_version (id), figures TEXT NOT NULL,
      PRIMARY KEY (state, name)) WITHOUT ROWID;
    CREATE INDEX state_model_by_version ON state_model (version_id);
    CREATE TABLE state_setting (
      state INTEGER NOT NULL REFERENCES state (id) ON DELETE CASCADE, key TEXT NOT NULL,
      value TEXT NOT NULL, PRIMARY KEY (state, key)) WITHOUT ROWID;
    CREATE TABLE state_definition (
      state INTEGER NOT NULL REFERENCES state (id) ON DELETE CASCADE, name TEXT NOT NULL,
      words TEXT NOT NULL, PRIMARY KEY (state, name)) WITHOUT ROWID;

    """

  private static let history = """
    CREATE TABLE history (
      id INTEGER PRIMARY KEY AUTOINCREMENT, cell TEXT NOT NULL, status TEXT NOT NULL,
      seconds REAL NOT NULL, created_at INTEGER NOT NULL);

    """
}
