import Foundation
import GRDB
import GraphIR
import SessionStore
import Testing

/// States as differences: they bring back what copies would, and take what cells changed.
struct StateTests {
  /// The session as undo sees it.
  private struct Snapshot: Equatable {
    var models: [String: Int] = [:]
    var figures: [String: [String: Double]] = [:]
    var settings: [String: String] = [:]
    var definitions: [String: String] = [:]

    init() {}

    init(_ store: SessionStore) throws {
      for model in try store.models() {
        (models[model.name], figures[model.name]) = (model.version, model.figures)
      }
      (settings, definitions) = (try store.settings(), try store.definitions())
    }
  }

  /// Whatever cells do, undo and redo give what a copy of the session after each cell would give.
  @Test(arguments: 0..<12) func undoAndRedoGiveWhatCopiesWould(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed, purpose: "states")
    let folder = try SessionFolder()
    var past = [Snapshot()]
    var future: [Snapshot] = []
    func cell(_ store: SessionStore) throws {
      try store.transaction { transaction in
        for _ in 0...(generator.next() % 3) {
          let name = "n\(generator.next() % 4)"
          switch generator.next() % 6 {
          case 0, 1:
            let figures = ["accuracy": Double(generator.next() % 100) / 100]
            try transaction.save(name, sampleModel(seed: generator.next() % 3), figures: figures)
          case 2: if try store.model(named: name) != nil { try transaction.removeModel(named: name) }
          case 3: try transaction.set(name, to: generator.next() % 3 == 0 ? nil : "\(generator.next() % 5)")
          case 4:
            try transaction.define(name, generator.next() % 3 == 0 ? nil : "fc(\(generator.next() % 5))")
          default:
            if try store.model(named: name) != nil {
              try transaction.updateFigures(of: name, ["loss": Double(generator.next() % 9)])
            }
          }
        }
        transaction.recordState(cell: "cell \(past.count)")
      }
      past.append(try Snapshot(store))
      future = []
    }
    for _ in 0..<6 {
      try folder.open { store throws in
        for _ in 0..<12 {
          switch generator.next() % 4 {
          case 0 where past.count > 1:
            #expect(try store.undo()?.cell == "cell \(past.count - 1)")
            future.append(past.removeLast())
          case 1 where !future.isEmpty:
            #expect(try store.redo().count == 1)
            past.append(future.removeLast())
          default: try cell(store)
          }
          #expect(try Snapshot(store) == past.last)
          #expect(try store.steps(limit: 100).back.count == past.count - 1)
          #expect(try store.steps(limit: 100).forward.count == future.count)
        }
        #expect(try store.pragma("integrity_check") == "ok")
        #expect(try store.pragma("foreign_key_check") == nil)
      }
    }
  }

  /// A copy of all models a cell would make the second half of the cells take three times as much as the first.
  @Test func aSessionGrowsByWhatItsCellsChange() throws {
    let folder = try SessionFolder()
    var rows: [Int] = []
    try folder.open { store throws in
      for cell in 1...200 {
        try store.transaction {
          try $0.save("model\(cell)", sampleModel(seed: 1))
          $0.recordState(cell: "train \(cell)")
        }
        if cell % 100 == 0 { rows.append(Int(try store.pragma("page_count") ?? "") ?? 0) }
      }
      #expect(rows.count == 2 && rows[1] < rows[0] * 23 / 10, "\(rows)")
    }
    let queue = try DatabaseQueue(path: folder.database)
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM state_change") } == 200)
  }

  @Test func undoHasLimitsAndTheCellsStayKnown() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      for cell in 1...30 {
        try store.transaction {
          try $0.save("a", sampleModel(seed: UInt64(cell)))
          $0.recordState(cell: "train \(cell)")
        }
      }
      let size = try #require(try store.model(named: "a")).byteCount
      // By count.
      #expect(try store.pruneUndo(UndoLimits(cells: 25, age: .infinity, byteCount: .max, leastCells: 3)) == 5)
      #expect(try store.steps(limit: 100).back.count == 25)
      // By the bytes that undo alone holds; the last cells always stay.
      let bytes = UndoLimits(cells: 1000, age: .infinity, byteCount: 8 * size, leastCells: 3)
      #expect(try store.pruneUndo(bytes) == 17)
      #expect(try store.pruneUndo(UndoLimits(cells: 1000, age: .infinity, byteCount: 0, leastCells: 3)) == 5)
      // By age.
      #expect(try store.pruneUndo(UndoLimits(cells: 1000, age: -60, byteCount: .max, leastCells: 2)) == 1)
      #expect(try store.pruneUndo(UndoLimits(cells: 1000, age: 3600, byteCount: .max, leastCells: 1)) == 0)
      #expect(try store.steps().count == 30)
      #expect(try store.undo(10).map(\.cell) == ["train 30", "train 29"])
      #expect(try store.model(named: "a")?.version == 28)
      #expect(try store.redo(10).count == 2)
    }
  }

  /// What is kept: current models, undo and redo, origins of all these, versions that cells name.
  @Test func garbageIsWhatNothingRefersTo() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      func cell(_ text: String, _ name: String, seed: UInt64, origins: [OriginRecord] = []) throws {
        try store.transaction { transaction in
          let model = try sampleModel(seed: seed)
          try transaction.saveModel(
            name: name, kind: .float, graph: model.graph, parameters: model.parameters,
            details: [OriginRecord.detailKey: OriginRecord.text(origins)])
          transaction.recordState(cell: text)
        }
      }
      for version in 1...4 { try cell("train \(version)", "teacher", seed: UInt64(version)) }
      let origin = OriginRecord(.teacher, VersionReference("teacher", 2))
      try cell("qat", "student", seed: 10, origins: [origin])
      try cell("compare teacher@3 here", "other", seed: 11)
      #expect(try store.garbage() == store.garbage(undo: .last(1000)))
      #expect(try store.garbage().isNothing)
      let planned = try store.garbage(undo: .last(1))
      #expect(planned.versions == [VersionReference("teacher", 1)])
      #expect(planned.settledCells == 5 && planned.files == 1)
      #expect(try folder.names().count == 6)
      #expect(try store.freeGarbage(undo: .last(1)) == planned)
      #expect(try folder.names().count == 5)
      #expect(try store.versionNumbers() == ["teacher": [2, 3, 4], "student": [1], "other": [1]])
      for model in try store.models() { _ = try store.parameters(of: model) }
      let taught = try #require(try store.version(VersionReference("teacher", 2)))
      #expect(try store.parameters(of: taught) == sampleModel(seed: 2).parameters)
      #expect(try store.undo()?.cell == "compare teacher@3 here")
      #expect(try store.undo() == nil)
      // What undo left can be done again, so it stays.
      #expect(try store.freeGarbage(undo: .last(0)).files == 0)
      #expect(try store.redo().map(\.cell) == ["compare teacher@3 here"])
      #expect(try store.pragma("integrity_check") == "ok")
    }
  }

  @Test func aVersionIsForgottenUntilUndo() throws {
    let store = try SessionStore(folder: nil)
    for seed in 1...3 {
      try store.transaction {
        try $0.save("a", sampleModel(seed: UInt64(seed)), figures: ["accuracy": Double(seed) / 10])
        $0.recordState(cell: "train \(seed)")
      }
    }
    #expect(try store.versions(of: "a").map(\.record.version) == [1, 2, 3])
    #expect(try store.versions(of: "a").map(\.isCurrent) == [false, false, true])
    #expect(try store.versions(of: "a").map { $0.record.figures["accuracy"] } == [0.1, 0.2, 0.3])
    let second = VersionReference("a", 2)
    #expect(throws: StoreError.self) {
      try store.transaction { try $0.forgetVersion(VersionReference("a", 3)) }
    }
    try store.transaction {
      try $0.forgetVersion(second)
      $0.recordState(cell: "forget a@2")
    }
    #expect(try store.version(second) == nil)
    #expect(try store.versionNumbers()["a"] == [1, 3])
    #expect(throws: StoreError.unknownModel("a@2")) { try store.transaction { try $0.forgetVersion(second) } }
    #expect(try store.undo()?.cell == "forget a@2")
    let back = try #require(try store.version(second))
    #expect(try store.parameters(of: back) == sampleModel(seed: 2).parameters)
    #expect(try store.redo().count == 1)
    #expect(try store.version(second) == nil)
    // A version that undo brings back as the current one is there, whatever was forgotten.
    _ = try store.undo(2)
    #expect(try store.model(named: "a")?.version == 2)
    #expect(try store.version(second) != nil)
  }

  @Test(arguments: [
    ("teacher@2", VersionReference("teacher", 2)), ("a-b_c@10", VersionReference("a-b_c", 10)),
    ("teacher", nil), ("teacher@", nil), ("@2", nil), ("teacher@0", nil), ("teacher@02", nil), ("t@-1", nil),
    ("t@+1", nil), ("t@1.conv1", nil), ("t@99999999999999999999", nil),
  ])
  func aVersionIsNamedInOneWay(text: String, reference: VersionReference?) {
    #expect(VersionReference(text) == reference)
    #expect(reference == nil || reference?.text == text)
  }

  @Test func versionsAreFoundInCells() {
    let cell =
      "compare teacher@2 student\nshow teacher@3.conv1 # mail@example, x@ and y@0\nqat a with kd(big@1)"
    #expect(
      VersionReference.all(in: cell) == [
        VersionReference("teacher", 2), VersionReference("teacher", 3), VersionReference("big", 1),
      ])
  }
}
