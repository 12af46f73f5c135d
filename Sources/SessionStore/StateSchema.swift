import GRDB

/// The tables of states as differences, of versions' figures, and what lists of runs and of versions are found by.
extension Schema {
  /// Adds the migrations to those before them.
  static func registerVersions(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("4 states as differences") { database in
      try database.execute(sql: stateChanges)
      try database.execute(sql: differences)
      try database.execute(
        sql: "DROP TABLE state_model; DROP TABLE state_setting; DROP TABLE state_definition;")
    }
    migrator.registerMigration("4 versions and runs") { database in
      try database.execute(sql: lists)
    }
  }

  /// A row of `state_change` is what a cell changed under one name: what stood there before and after.
  ///
  /// Where both the text and the version are null, nothing stood there. So a state takes what its cell changed and no
  /// more, undo puts the one back and redo the other, and states can be let go from either end.
  ///
  /// `state_version` says which cell made a version, and stays where undo's differences are let go.
  private static let stateChanges = """
    ALTER TABLE state ADD COLUMN can_be_undone INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE state_change (
      state INTEGER NOT NULL REFERENCES state (id) ON DELETE CASCADE, part TEXT NOT NULL, name TEXT NOT NULL,
      old_value TEXT, old_version INTEGER REFERENCES model_version (id),
      new_value TEXT, new_version INTEGER REFERENCES model_version (id),
      PRIMARY KEY (state, part, name)) WITHOUT ROWID;
    CREATE INDEX state_change_by_old ON state_change (old_version) WHERE old_version IS NOT NULL;
    CREATE INDEX state_change_by_new ON state_change (new_version) WHERE new_version IS NOT NULL;
    CREATE TABLE state_version (
      state INTEGER NOT NULL REFERENCES state (id) ON DELETE CASCADE, name TEXT NOT NULL,
      version INTEGER NOT NULL, run TEXT, PRIMARY KEY (state, name, version)) WITHOUT ROWID;
    ALTER TABLE model_version ADD COLUMN figures TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE model_version ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;

    """

  /// Makes differences of the copies that states were: what a state has and its parent has not, or has otherwise, and
  /// what the parent alone has.
  private static let differences = """
    INSERT INTO state_change
      SELECT own.state, 'model', own.name, before.figures, before.version_id, own.figures, own.version_id
      FROM state_model own JOIN state ON state.id = own.state AND state.parent IS NOT NULL
      LEFT JOIN state_model before ON before.state = state.parent AND before.name = own.name
      WHERE before.version_id IS NOT own.version_id OR before.figures IS NOT own.figures;
    INSERT INTO state_change
      SELECT state.id, 'model', before.name, before.figures, before.version_id, NULL, NULL
      FROM state_model before JOIN state ON state.parent = before.state
      WHERE NOT EXISTS (SELECT 1 FROM state_model own WHERE own.state = state.id AND own.name = before.name);
    INSERT INTO state_change
      SELECT own.state, 'setting', own.key, before.value, NULL, own.value, NULL
      FROM state_setting own JOIN state ON state.id = own.state AND state.parent IS NOT NULL
      LEFT JOIN state_setting before ON before.state = state.parent AND before.key = own.key
      WHERE before.value IS NOT own.value;
    INSERT INTO state_change
      SELECT state.id, 'setting', before.key, before.value, NULL, NULL, NULL
      FROM state_setting before JOIN state ON state.parent = before.state
      WHERE NOT EXISTS (SELECT 1 FROM state_setting own WHERE own.state = state.id AND own.key = before.key);
    INSERT INTO state_change
      SELECT own.state, 'definition', own.name, before.words, NULL, own.words, NULL
      FROM state_definition own JOIN state ON state.id = own.state AND state.parent IS NOT NULL
      LEFT JOIN state_definition before ON before.state = state.parent AND before.name = own.name
      WHERE before.words IS NOT own.words;
    INSERT INTO state_change
      SELECT state.id, 'definition', before.name, before.words, NULL, NULL, NULL
      FROM state_definition before JOIN state ON state.parent = before.state
      WHERE NOT EXISTS (SELECT 1 FROM state_definition own WHERE own.state = state.id AND own.name = before.name);
    INSERT OR IGNORE INTO state_version
      SELECT min(own.state), version.name, version.version, version.run
      FROM state_model own JOIN model_version version ON version.id = own.version_id GROUP BY version.id;
    UPDATE model_version SET figures = coalesce(
      (SELECT figures FROM state_model WHERE version_id = model_version.id ORDER BY state LIMIT 1),
      (SELECT figures FROM model WHERE version_id = model_version.id), '{}');

    """

  private static let lists = """
    CREATE INDEX run_by_model ON run (model);
    CREATE INDEX run_that_runs ON run (status) WHERE status = 'running';
    CREATE INDEX cell_that_runs ON history (status) WHERE status = 'running';
    CREATE INDEX version_by_run ON model_version (run) WHERE run IS NOT NULL;

    """
}
