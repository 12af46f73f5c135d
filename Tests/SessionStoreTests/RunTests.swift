import Foundation
import SessionStore
import Testing

struct RunTests {
  @Test func aRunIsRecordedFromItsBeginningToItsEnd() throws {
    let folder = try SessionFolder()
    let run = try folder.open { store in
      let run = try store.transaction {
        try $0.beginRun(
          kind: .qat, model: "student", settings: ["lr": "1e-4", "loss": "DecoupledKD"],
          command: "qat student with kd(teacher)")
      }
      #expect(run.status == .running)
      #expect(try store.runs() == [run])
      try store.transaction {
        try $0.finishRun(run.id, status: .finished, epochsDone: 2, stepsDone: 314)
      }
      return run
    }
    let read = try #require(try folder.open { try $0.runs() }.first)
    #expect(read.status == .finished)
    #expect((read.epochsDone, read.stepsDone) == (2, 314))
    #expect(read.endedAt.map { $0 >= run.startedAt } == true)
    #expect((read.settings, read.command, read.startedAt) == (run.settings, run.command, run.startedAt))
  }

  @Test func aRunMayBeWrittenDownAfterItTookPlace() throws {
    let folder = try SessionFolder()
    let start = Date(timeIntervalSince1970: 1_700_000_000.25)
    try folder.open { store in
      try store.transaction { transaction in
        let run = try transaction.beginRun(
          kind: .train, model: "teacher", settings: [:], command: "train", startedAt: start)
        try transaction.finishRun(
          run.id, status: .finished, epochsDone: 1, stepsDone: 8, endedAt: start.addingTimeInterval(12.5))
      }
    }
    let run = try #require(try folder.open { try $0.runs() }.first)
    #expect(run.startedAt == start)
    #expect(run.endedAt?.timeIntervalSince(start) == 12.5)
  }

  @Test func aRunWhoseProcessDiedIsInterrupted() throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: folder.path)
    let run = try store.transaction {
      try $0.beginRun(kind: .train, model: "teacher", settings: [:], command: "train")
    }
    let status = try folder.crashed().open { try $0.runs().first?.status }
    #expect(status == .interrupted)
    #expect(try store.runs() == [run])
  }

  @Test func metricsKeepNaNAndInfinitiesAndEveryBit() throws {
    let folder = try SessionFolder()
    let values = [0.1, .nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 1e308, 3]
    let run = try folder.open { store in
      try store.transaction { transaction in
        let run = try transaction.beginRun(kind: .train, model: "a", settings: [:], command: "")
        try transaction.appendMetrics(
          run: run.id, values.enumerated().map { ("loss", $0.offset * 10, $0.element) })
        try transaction.appendMetrics(run: run.id, [("accuracy", 0, 0.5), ("loss", 1_000_000, 2)])
        return run.id
      }
    }
    try folder.open { store in
      let points = try store.metrics(of: run, key: "loss")
      #expect(points.map(\.step) == [0, 10, 20, 30, 40, 50, 60, 70, 1_000_000])
      #expect(points[1].value.isNaN)
      for (index, value) in values.enumerated() where !value.isNaN && value != 0 {
        #expect(points[index].value == value)
      }
      #expect(points[4].value == 0)
      #expect(try store.metricKeys(of: run) == ["loss", "accuracy"])
      #expect(try store.metrics(of: run, key: "nothing").isEmpty)
      #expect(try store.metricKeys(of: "nothing").isEmpty)
    }
  }

  @Test func aRepeatedStepReplacesItsValue() throws {
    let store = try SessionStore(folder: nil)
    let run = try store.transaction {
      try $0.beginRun(kind: .train, model: "a", settings: [:], command: "").id
    }
    for value in [Double.nan, 1, 2] {
      try store.transaction { try $0.appendMetrics(run: run, [("loss", 1, value)]) }
    }
    #expect(try store.metrics(of: run, key: "loss").map(\.value) == [2])
  }

  @Test func unknownRunsAreRefused() throws {
    let store = try SessionStore(folder: nil)
    #expect(throws: StoreError.unknownRun("x")) {
      try store.transaction { try $0.appendMetrics(run: "x", [("loss", 1, 1)]) }
    }
    #expect(throws: StoreError.unknownRun("x")) {
      try store.transaction { try $0.finishRun("x", status: .failed, epochsDone: 0, stepsDone: 0) }
    }
  }

  @Test func historyKeepsTheLastCellsInOrder() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      for index in 0..<5 { try store.remember("cell \(index)\nü", status: "error", seconds: .nan) }
    }
    let last = try folder.open { try ($0.history(limit: 3), $0.history(limit: 0), $0.history(limit: -1)) }
    #expect(last == (["cell 2\nü", "cell 3\nü", "cell 4\nü"], [], []))
  }
}
