import Foundation
import GRDB
import GraphIR
import SessionStore
import TensorFiles
import Testing

/// Runs that are written down while they go on.
struct JournalTests {
  private static let origin = RunOrigin(cell: "c", place: 0, state: 1, conditions: "")

  private func begin(_ store: SessionStore, model: String = "m", place: Int = 0) throws -> RunRecord {
    var origin = Self.origin
    origin.place = place
    return try store.beginRun(
      kind: .train, model: model, settings: ["lr": "1"], command: "train m", origin: origin)
  }

  private func entry(_ step: Int, _ points: [(key: String, step: Int, value: Double)] = [])
    -> RunJournal.Entry
  {
    RunJournal.Entry(stepsDone: step, epochsDone: step / 10, settings: ["lr": "2"], points: points)
  }

  private func file(_ seed: UInt64) throws -> WeightsFile {
    WeightsFile(parameters: try sampleModel(seed: seed).parameters, metadata: ["standing": "\(seed)"])
  }

  private func standing(_ step: Int) -> RunStanding {
    RunStanding(stepsDone: step, steps: 40, epochsDone: step / 10, epochs: 4)
  }

  @Test func whatWasNotedIsThereWhenTheProcessDies() throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: folder.path)
    let run = try begin(store)
    #expect(run.status == .running && run.course?.process == .own)
    let journal = try store.journal(of: run)
    journal.note(entry(7, [("loss", 6, 0.5), ("loss", 7, .nan)]))
    journal.keep(try file(1), at: standing(10), entry(10, [("loss", 8, 0.25)]))
    journal.wait()
    #expect(journal.failure == nil && journal.isIdle && journal.written == 3)
    try folder.crashed().open { store in
      let read = try #require(try store.runs().first)
      #expect(read.status == .interrupted && read.stepsDone == 10 && read.epochsDone == 1)
      #expect(read.settings == ["lr": "2"] && read.course?.origin == Self.origin)
      #expect(try store.metrics(of: run.id, key: "loss").map(\.step) == [6, 7, 8])
      let checkpoint = try #require(try store.checkpoints(of: run.id).first)
      #expect(checkpoint.standing == standing(10))
      #expect(try store.file(of: checkpoint) == file(1))
    }
  }

  @Test func twoCheckpointsAreKeptAndTheFilesOfOthersGo() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      let run = try begin(store)
      let journal = try store.journal(of: run)
      for step in 1...5 { journal.keep(try file(UInt64(step)), at: standing(step), entry(step)) }
      journal.wait()
      #expect(try store.checkpoints(of: run.id).map(\.number) == [5, 4])
      #expect(try folder.names(in: "checkpoints").count == 2)
      // A number is never used twice, also by a later process.
      let next = try store.journal(of: run)
      next.keep(try file(9), at: standing(9), entry(9))
      next.wait()
      #expect(try store.checkpoints(of: run.id).map(\.number) == [6, 5])
    }
  }

  @Test func aFileThatIsNotWhatWasWrittenIsRefused() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      let run = try begin(store)
      let journal = try store.journal(of: run)
      for step in 1...2 { journal.keep(try file(UInt64(step)), at: standing(step), entry(step)) }
      journal.wait()
      let records = try store.checkpoints(of: run.id)
      let path = folder.path + "/checkpoints/\(run.id).2.safetensors"
      var bytes = try folder.bytes(path)
      bytes[bytes.count - 1] ^= 1
      try folder.write(bytes, to: path)
      #expect(throws: StoreError.self) { try store.file(of: records[0]) }
      #expect(try store.file(of: records[1]) == file(1))
      try folder.write(bytes + bytes, to: path)
      #expect(throws: StoreError.self) { try store.file(of: records[0]) }
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: StoreError.self) { try store.file(of: records[0]) }
    }
  }

  @Test func anEndedRunGetsNothingMore() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      let run = try begin(store)
      let journal = try store.journal(of: run)
      try store.transaction { transaction in
        try transaction.settleRun(
          run.id, status: .finished, epochsDone: 4, stepsDone: 40, settings: [:], endedAt: Date())
      }
      journal.keep(try file(1), at: standing(10), entry(10, [("loss", 8, 0.25)]))
      journal.wait()
      #expect(try store.runs().first?.stepsDone == 40)
      #expect(try store.metricKeys(of: run.id).isEmpty && store.checkpoints(of: run.id).isEmpty)
      #expect(try folder.names(in: "checkpoints").isEmpty)
    }
  }

  @Test func checkpointsGoWithTheRunsThatNobodyWillGoOnWith() throws {
    let store = try SessionStore(folder: nil)
    let (old, first, second) = (
      try begin(store, model: "m"), try begin(store, model: "t"), try begin(store, model: "m", place: 1)
    )
    for run in [old, first, second] {
      let journal = try store.journal(of: run)
      journal.keep(try file(1), at: standing(10), entry(10))
      journal.wait()
    }
    func end(_ run: RunRecord, _ status: RunRecord.Status) throws {
      try store.transaction { transaction in
        try transaction.settleRun(
          run.id, status: status, epochsDone: 1, stepsDone: 10, settings: [:], endedAt: Date())
        if status == .finished { try transaction.dropCheckpoints(after: run.id, of: run.model) }
      }
      store.sweepCheckpoints()
    }
    try store.endRun(old.id, .interrupted)
    try end(second, .interrupted)
    #expect(try Set(store.newestCheckpoints().keys) == [old.id, first.id, second.id])
    try end(second, .finished)
    #expect(try Set(store.newestCheckpoints().keys) == [first.id])
  }

  @Test func aRunThatIsTakenUpCountsTheTimeThatItComputed() throws {
    let folder = try SessionFolder()
    let run = try folder.open { store in
      let run = try begin(store)
      let journal = try store.journal(of: run)
      journal.keep(try file(1), at: standing(10), entry(20, [("loss", 10, 1), ("loss", 20, 2)]))
      journal.wait()
      return run
    }
    try folder.open { store in
      let checkpoint = try #require(try store.checkpoints(of: run.id).first)
      try store.takeUp(try #require(try store.runs().first), from: checkpoint)
      let read = try #require(try store.runs().first)
      #expect(read.status == .running && read.stepsDone == 10 && read.course?.resumedAt != nil)
      #expect((read.course?.secondsBefore ?? -1) >= 0)
      #expect(try store.metrics(of: run.id, key: "loss").map(\.step) == [10])
      try store.endRun(run.id, .interrupted)
      #expect((try store.runs().first?.seconds ?? -1) >= 0)
    }
  }

  @Test func aReaderSeesThatTheProcessOfARunIsGone() throws {
    let folder = try SessionFolder()
    let writer = try SessionStore(folder: folder.path)
    let run = try begin(writer)
    let reader = try SessionStore(folder: folder.path)
    #expect(reader.isReadOnly)
    #expect(try reader.runs().map(\.status) == [.running])
    let own = try #require(run.course?.process)
    // A number that another process has by now is not that process.
    for sql in [
      "UPDATE run SET process_started_at = process_started_at + 1", "UPDATE run SET process = 4194305",
      "UPDATE run SET process = \(own.id), process_started_at = \(own.startedAt), boot = 'another'",
    ] {
      try DatabaseQueue(path: folder.database).write { try $0.execute(sql: sql) }
      #expect(try reader.runs().map(\.status) == [.interrupted], "\(sql)")
    }
  }

  @Test func whatIsLeftOfDeadProcessesGoesWhenTheSessionIsOpened() throws {
    let folder = try SessionFolder()
    let run = try folder.open { store in
      let run = try begin(store)
      let journal = try store.journal(of: run)
      journal.keep(try file(1), at: standing(10), entry(10))
      journal.wait()
      return run
    }
    let checkpoints = folder.path + "/checkpoints"
    for name in [
      "\(run.id).2.safetensors", "\(run.id).1.safetensors.77.qatlab-tmp", "mine.safetensors", "notes.txt",
    ] { try folder.write([1], to: checkpoints + "/" + name) }
    try folder.open { _ in }
    #expect(
      try folder.names(in: "checkpoints") == ["\(run.id).1.safetensors", "mine.safetensors", "notes.txt"])
  }

  /// What the program wrote before runs were written down as they go.
  @Test func anOlderStoreKeepsItsRuns() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      try store.transaction { transaction in
        let run = try transaction.beginRun(kind: .qat, model: "s", settings: ["lr": "1"], command: "qat s")
        try transaction.appendMetrics(run: run.id, [("loss", 1, 0.5)])
        try transaction.finishRun(run.id, status: .finished, epochsDone: 2, stepsDone: 16)
      }
    }
    try DatabaseQueue(path: folder.database).write { database in
      try database.execute(
        sql: """
          DROP TABLE checkpoint; DROP INDEX run_by_state; DROP INDEX run_by_cell;
          DELETE FROM grdb_migrations WHERE identifier = '3 checkpoints';
          """)
      for column in [
        "cell", "place", "begun_in_state", "conditions", "heartbeat_at", "process", "process_started_at",
        "boot",
        "resumed_at", "seconds_before",
      ] { try database.execute(sql: "ALTER TABLE run DROP COLUMN \(column)") }
    }
    try folder.open { store in
      let run = try #require(try store.runs().first)
      #expect(run.status == .finished && run.stepsDone == 16 && run.course == nil)
      #expect(try store.metrics(of: run.id, key: "loss").map(\.value) == [0.5])
      _ = try begin(store)
    }
  }
}
