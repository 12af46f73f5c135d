import GRDB

/// Points of curves in the tables `series` and `metric`.
enum MetricRows {
  /// Adds points to a run that is there; a step that is there is replaced.
  static func append(
    _ points: [(key: String, step: Int, value: Double)], run: String, _ database: Database
  ) throws {
    var series: [String: Int64] = [:]
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO metric (series, step, value, is_nan) VALUES (?, ?, ?, ?)")
    for point in points {
      let id = try series[point.key] ?? seriesID(run: run, key: point.key, database)
      series[point.key] = id
      try statement.execute(
        arguments: [id, point.step, point.value.isNaN ? nil : point.value, point.value.isNaN])
    }
  }

  /// Takes away what a run's curves have behind a step.
  static func drop(after step: Int, run: String, _ database: Database) throws {
    try database.execute(
      sql: "DELETE FROM metric WHERE step > ? AND series IN (SELECT id FROM series WHERE run = ?)",
      arguments: [step, run])
  }

  private static func seriesID(run: String, key: String, _ database: Database) throws -> Int64 {
    let known = try Int64.fetchOne(
      database, sql: "SELECT id FROM series WHERE run = ? AND key = ?", arguments: [run, key])
    if let known { return known }
    try database.execute(sql: "INSERT INTO series (run, key) VALUES (?, ?)", arguments: [run, key])
    return database.lastInsertedRowID
  }
}
