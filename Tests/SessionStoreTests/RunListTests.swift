import Foundation
import GRDB
import SessionStore
import Testing

struct RunListTests {
  @Test func oneDamagedRunHidesNoOther() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      for name in ["a", "b", "c", "d"] {
        try store.transaction {
          let run = try $0.beginRun(
            kind: .train, model: name, settings: ["lr": "1"], command: "train \(name)")
          try $0.appendMetrics(run: run.id, [("loss", 1, 0.5)])
          try $0.finishRun(run.id, status: .finished, epochsDone: 1, stepsDone: 1)
        }
      }
    }
    let queue = try DatabaseQueue(path: folder.database)
    try queue.write { database in
      try database.execute(sql: "UPDATE run SET kind = 'knitting' WHERE model = 'b'")
      try database.execute(sql: "UPDATE run SET settings = '{' WHERE model = 'c'")
    }
    try queue.close()
    try folder.open { store in
      let runs = try store.runs()
      #expect(runs.map(\.model) == ["a", "d"])
      // Numbers stay those that were there before the damage.
      #expect(runs.map(\.number) == [1, 4])
      #expect(try store.runCount() == 4)
      #expect(
        try store.runProblems() == [
          .damagedRun(number: 2, reason: "unknown kind \"knitting\""),
          .damagedRun(number: 3, reason: "its settings can't be decoded"),
        ])
      #expect(try store.run(runs[1].id)?.number == 4)
      #expect(try store.runs(of: "d").map(\.number) == [4])
      #expect(try store.runs(of: "b").isEmpty)
      #expect(try store.lastValues(of: ["loss"])[runs[0].id] == ["loss": 0.5])
    }
  }

  @Test func aLastValueThatIsNoNumberIsAValue() throws {
    let store = try SessionStore(folder: nil)
    let run = try store.transaction {
      let run = try $0.beginRun(kind: .train, model: "a", settings: [:], command: "")
      try $0.appendMetrics(run: run.id, [("loss", 1, 0.5), ("loss", 2, .nan), ("lr", 1, 0.1)])
      return run
    }
    let last = try store.lastValues(of: ["loss", "accuracy"])
    #expect(last[run.id]?["loss"]?.isNaN == true)
    #expect(last[run.id]?["accuracy"] == nil && last[run.id]?["lr"] == nil)
  }

  /// Of a million points a list reads the last of each curve: any other point that was read would be an error here, and
  /// no point is searched for but by its key.
  @Test func aListOfRunsReadsOnePointOfACurve() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      for index in 0..<50 {
        try store.transaction {
          let run = try $0.beginRun(kind: .train, model: "m\(index)", settings: [:], command: "")
          try $0.appendMetrics(run: run.id, [("loss", 0, 0), ("lr", 0, 0)])
        }
      }
    }
    let queue = try DatabaseQueue(path: folder.database)
    try queue.write { database in
      try database.execute(
        sql: """
          WITH RECURSIVE step (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 10000)
          INSERT INTO metric SELECT series.id, n, CASE n WHEN 10000 THEN 0.25 ELSE 'unread' END, 0
          FROM series CROSS JOIN step
          """)
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM metric") == 1_000_100)
    }
    let steps = try queue.read { database in
      try Row.fetchAll(
        database, sql: "EXPLAIN QUERY PLAN " + SessionStore.lastValues(count: 1), arguments: ["loss"]
      ).map { $0["detail"] as String }
    }
    #expect(!steps.isEmpty)
    // One entry of the key is looked up for a curve, and none are sorted.
    #expect(steps.contains { $0.contains("SEARCH point USING PRIMARY KEY (series=?)") }, "\(steps)")
    #expect(!steps.contains { $0.contains("SCAN point") || $0.contains("TEMP B-TREE") }, "\(steps)")
    try queue.close()
    try folder.open { store in
      let last = try store.lastValues(of: ["loss", "lr"])
      #expect(last.count == 50 && last.values.allSatisfy { $0 == ["loss": 0.25, "lr": 0.25] })
      #expect(try store.runs().count == 50)
    }
  }

  @Test func aCellWhoseProcessDiedIsShownAsKilled() throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: folder.path)
    let ended = try store.remember("train a", status: HistoryStatus.running, seconds: 0)
    try store.endCell(ended, status: "error", seconds: 1.5)
    try store.remember("train b", status: HistoryStatus.running, seconds: 0)
    #expect(
      try store.cells(limit: 5).map { "\($0.cell) \($0.status) \($0.seconds)" }
        == ["train a error 1.5", "train b running 0.0"])
    let left = try folder.crashed()
    #expect(try left.open { try $0.cells(limit: 5).map(\.status) } == ["error", "killed"])
    // A reader beside the writer changes nothing.
    #expect(try SessionStore(folder: folder.path).cells(limit: 1).map(\.status) == ["running"])
  }
}
