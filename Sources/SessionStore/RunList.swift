import GRDB

extension SessionStore {
  /// Every run that can be understood, the oldest first; `runProblems()` names the others.
  package func runs() throws -> [RunRecord] { try runs(of: nil) }

  /// The same of the runs that made models of a name; nil for all.
  package func runs(of model: String?) throws -> [RunRecord] {
    try read { database in
      try Self.rows(of: model, database).compactMap { try? Self.record($0) }
    }
  }

  /// A run by its id; nil where there is none, or it can't be understood.
  package func run(_ id: String) throws -> RunRecord? {
    try read { database in
      let number = "(SELECT count(*) FROM run AS other WHERE other.rowid <= run.rowid) AS number"
      let row = try Row.fetchOne(database, sql: "SELECT *, \(number) FROM run WHERE id = ?", arguments: [id])
      return row.flatMap { try? Self.record($0) }
    }
  }

  /// How many runs there are, with those that lists leave out.
  package func runCount() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") ?? 0 }
  }

  /// What is wrong with runs that lists leave out.
  package func runProblems() throws -> [StoreProblem] {
    try read { database in
      try Self.rows(of: nil, database).compactMap { row in
        do {
          _ = try Self.record(row)
          return nil
        } catch let damage as RunDamage {
          return .damagedRun(number: damage.number, reason: damage.reason)
        }
      }
    }
  }

  /// The query for the last values of so many names of curves.
  package static func lastValues(count: Int) -> String {
    """
    SELECT curve.run, curve.key,
      (SELECT coalesce(point.value, 'nan') FROM metric AS point WHERE point.series = curve.id
       ORDER BY point.step DESC LIMIT 1) AS last
    FROM series AS curve WHERE curve.key IN (\(Array(repeating: "?", count: count).joined(separator: ", ")))
    """
  }

  /// The last values of runs' curves of some names, by the run's id and the name; of a curve without points none.
  ///
  /// It reads a point of each curve, however many there are. NaN is a value.
  package func lastValues(of keys: [String]) throws -> [String: [String: Double]] {
    try read { database in
      let cursor = try Row.fetchCursor(
        database, sql: Self.lastValues(count: keys.count), arguments: StatementArguments(keys))
      var values: [String: [String: Double]] = [:]
      while let row = try cursor.next() {
        let last: DatabaseValue = row[2]
        guard !last.isNull else { continue }
        values[try row.decode(atIndex: 0), default: [:]][try row.decode(atIndex: 1)] =
          last == "nan".databaseValue ? .nan : try row.decode(Double.self, atIndex: 2)
      }
      return values
    }
  }

  private static func rows(of model: String?, _ database: Database) throws -> [Row] {
    let all = "SELECT *, row_number() OVER (ORDER BY rowid) AS number FROM run"
    guard let model else { return try Row.fetchAll(database, sql: all + " ORDER BY rowid") }
    let number = "(SELECT count(*) FROM run AS other WHERE other.rowid <= run.rowid) AS number"
    return try Row.fetchAll(
      database, sql: "SELECT *, \(number) FROM run WHERE model = ? ORDER BY rowid", arguments: [model])
  }

  private static func record(_ row: Row) throws(RunDamage) -> RunRecord {
    let number = (try? row.decode(Int.self, forColumn: "number")) ?? 0
    func damage(_ reason: String) -> RunDamage { RunDamage(number: number, reason: reason) }
    do {
      let kind = try row.decode(String.self, forColumn: "kind")
      let status = try row.decode(String.self, forColumn: "status")
      guard let kind = RunRecord.Kind(rawValue: kind) else { throw damage("unknown kind \"\(kind)\"") }
      guard let status = RunRecord.Status(rawValue: status) else {
        throw damage("unknown status \"\(status)\"")
      }
      guard
        let settings = try? StoredText.decode(
          [String: String].self, from: row.decode(String.self, forColumn: "settings"))
      else { throw damage("its settings can't be decoded") }
      return RunRecord(
        id: try row.decode(forColumn: "id"), kind: kind, model: try row.decode(forColumn: "model"),
        status: status, startedAt: StoredInstant.date(try row.decode(forColumn: "started_at")),
        endedAt: try row.decode(Int64?.self, forColumn: "ended_at").map(StoredInstant.date),
        settings: settings, command: try row.decode(forColumn: "command"),
        epochsDone: try row.decode(forColumn: "epochs_done"),
        stepsDone: try row.decode(forColumn: "steps_done"), number: number
      ).with(try RunRows.course(row))
    } catch let error as RunDamage {
      throw error
    } catch {
      throw damage("its row can't be decoded")
    }
  }
}

/// Why a row of a run can't be used.
private struct RunDamage: Error {
  var number: Int
  var reason: String
}
