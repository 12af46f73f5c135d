import GraphIR
import SessionStore
import Testing

struct UndoTests {
  @Test(arguments: [true, false]) func undoGoesBackCellByCellToTheBeginning(reopening: Bool) throws {
    let folder = try SessionFolder()
    func withStore<T>(_ body: (SessionStore) throws -> T) throws -> T { try folder.open(body) }
    try withStore { store in
      try store.transaction {
        try $0.set("data", to: "shapes")
        $0.recordState(cell: "data shapes")
      }
      try store.transaction {
        $0.recordState(cell: "model tiny = conv(16, 3)")
        try $0.define("tiny", "[1]")
      }
      try store.transaction {
        try $0.save("teacher", sampleModel(seed: 1), figures: ["accuracy": 0.5])
        $0.recordState(cell: "train tiny")
      }
      try store.transaction {
        try $0.save("teacher", sampleModel(seed: 2), figures: ["accuracy": 0.75])
        try $0.set("data", to: nil)
        try $0.define("tiny", nil)
        $0.recordState(cell: "train teacher")
      }
      try store.transaction {
        try $0.removeModel(named: "teacher")
        $0.recordState(cell: "forget teacher")
      }
      #expect(try store.models().isEmpty)
    }
    try withStore { store in
      #expect(try store.undo()?.cell == "forget teacher")
      let second = try #require(try store.model(named: "teacher"))
      #expect(second.version == 2)
      #expect(second.figures == ["accuracy": 0.75])
      #expect(try store.parameters(of: second) == sampleModel(seed: 2).parameters)
      #expect(try store.settings().isEmpty)
    }
    try withStore { store throws in
      #expect(try store.undo()?.cell == "train teacher")
      #expect(try store.model(named: "teacher")?.version == 1)
      #expect(try store.model(named: "teacher")?.figures == ["accuracy": 0.5])
      #expect(try store.setting("data") == "shapes")
      #expect(try store.definitions() == ["tiny": "[1]"])
      #expect(try store.undo()?.cell == "train tiny")
      #expect(try store.models().isEmpty)
      #expect(try store.undo()?.cell == "model tiny = conv(16, 3)")
      #expect(try store.definitions().isEmpty)
      #expect(try store.undo()?.cell == "data shapes")
      #expect(try store.settings().isEmpty)
      #expect(try store.undo() == nil)
    }
  }

  @Test func aCellAfterUndoStartsFromTheStateThatUndoCameTo() throws {
    let store = try SessionStore(folder: nil)
    for value in ["1", "2"] {
      try store.transaction {
        try $0.set("seed", to: value)
        $0.recordState(cell: "set seed \(value)")
      }
    }
    _ = try store.undo()
    try store.transaction {
      try $0.set("seed", to: "3")
      $0.recordState(cell: "set seed 3")
    }
    #expect(try store.undo()?.cell == "set seed 3")
    #expect(try store.setting("seed") == "1")
  }

  @Test func changesWithoutAStateStayWhenALaterCellIsUndone() throws {
    let store = try SessionStore(folder: nil)
    try store.transaction {
      try $0.save("a", sampleModel())
      $0.recordState(cell: "train")
    }
    try store.transaction { try $0.updateFigures(of: "a", ["accuracy": 0.5]) }
    try store.transaction {
      try $0.set("seed", to: "1")
      $0.recordState(cell: "set seed 1")
    }
    _ = try store.undo()
    #expect(try store.model(named: "a")?.figures == ["accuracy": 0.5])
  }

  @Test func undoKeepsRunsMetricsAndHistory() throws {
    let store = try SessionStore(folder: nil)
    let run = try store.transaction { transaction in
      let run = try transaction.beginRun(kind: .qat, model: "student", settings: ["lr": "1"], command: "qat")
      try transaction.appendMetrics(run: run.id, [("loss", 1, 0.5)])
      transaction.recordState(cell: "qat student")
      return run
    }
    try store.remember("qat student", status: "ok", seconds: 1)
    #expect(try store.undo()?.cell == "qat student")
    #expect(try store.runs() == [run])
    #expect(try store.metrics(of: run.id, key: "loss").map(\.value) == [0.5])
    #expect(try store.history(limit: 5) == ["qat student"])
  }

  @Test func aVersionNumberIsNeverUsedTwice() throws {
    let store = try SessionStore(folder: nil)
    try store.transaction {
      try $0.save("a", sampleModel(seed: 1))
      $0.recordState(cell: "one")
    }
    _ = try store.undo()
    _ = try store.collectGarbage(olderThan: 0)
    #expect(try store.transaction { try $0.save("a", sampleModel(seed: 2)) }.version == 2)
  }
}
