import Foundation
import GraphIR
import SessionStore
import Testing

struct DurabilityTests {
  @Test func noTemporaryFilesAreLeftBehind() throws {
    let folder = try SessionFolder()
    let record = try folder.open { store in try store.transaction { try $0.save("a", sampleModel()) } }
    #expect(try folder.names() == [record.object + ".safetensors"])
    #expect(try folder.names(in: "") == ["lock", "objects", "store.db"])
  }

  @Test func aFailedWriteLeavesNothing() throws {
    let folder = try SessionFolder()
    let target = folder.path + "/target"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    // A file can't be renamed onto a folder.
    let error = try #require(throws: StoreError.self) {
      try WeightsFile(sampleModel()).write(to: target)
    }
    guard case .unwritable(target, _) = error else { return #expect(Bool(false), "\(error)") }
    #expect(try folder.names(in: "") == ["target"])
    #expect(throws: StoreError.self) { try WeightsFile(sampleModel()).write(to: folder.path + "/no/file") }
  }

  @Test func whatWasCommittedOutlivesACrash() throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: folder.path)
    for seed in 1...3 {
      try store.transaction {
        try $0.save("model\(seed)", sampleModel(seed: UInt64(seed)))
        $0.recordState(cell: "train \(seed)")
      }
      try folder.crashed().open { copy throws in
        #expect(try copy.models() == store.models())
        #expect(try copy.problems().isEmpty)
      }
    }
  }

  /// The log may end anywhere when the power goes: then the session is as after one of its commits.
  @Test func aLogCutAnywhereGivesAStateBetweenCells() throws {
    let folder = try SessionFolder()
    try folder.open { _ in }
    let store = try SessionStore(folder: folder.path)
    for seed in 1...4 {
      try store.transaction {
        try $0.save("model\(seed)", sampleModel(seed: UInt64(seed)))
        try $0.set("count", to: "\(seed)")
        $0.recordState(cell: "train \(seed)")
      }
    }
    let log = try folder.bytes(folder.database + "-wal")
    var counts: Set<Int> = []
    for cut in stride(from: 0, through: log.count, by: max(1, log.count / 40)) + [log.count] {
      let copy = try folder.crashed()
      try copy.write(log.prefix(cut), to: copy.database + "-wal")
      try copy.open { store in
        let models = try store.models()
        counts.insert(models.count)
        #expect(models.map(\.name) == (0..<models.count).map { "model\($0 + 1)" })
        #expect(try store.setting("count") == (models.isEmpty ? nil : "\(models.count)"))
        for model in models { _ = try store.parameters(of: model) }
        #expect(try store.undo()?.cell == (models.isEmpty ? nil : "train \(models.count)"))
      }
    }
    #expect(counts == [0, 1, 2, 3, 4])
  }

  @Test func whatACrashLeavesIsHarmlessAndCleared() throws {
    let folder = try SessionFolder()
    let record = try folder.open { store throws in try store.transaction { try $0.save("a", sampleModel()) } }
    // What a process leaves that dies between the file and its row.
    let orphan = try folder.strayObject(seed: 9)
    let size = try folder.bytes(folder.path + "/objects/" + orphan).count
    try folder.write([1], to: folder.path + "/objects/\(record.object).safetensors.77.qatlab-tmp")
    try folder.open { store throws in
      #expect(try store.problems().isEmpty)
      #expect(try store.models() == [record])
      #expect(try folder.names() == [orphan, record.object + ".safetensors"].sorted())
      #expect(try store.collectGarbage(olderThan: 3600) == (0, 0))
      #expect(try store.collectGarbage(olderThan: 0) == (1, size))
      #expect(try folder.names() == [record.object + ".safetensors"])
    }
  }

  @Test func garbageIsWhatNoStateRefersTo() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      for seed in 1...3 {
        try store.transaction {
          try $0.save("a", sampleModel(seed: UInt64(seed)))
          $0.recordState(cell: "train \(seed)")
        }
      }
      #expect(try store.collectGarbage(olderThan: 0).files == 0)
      _ = try store.undo()
      #expect(try store.collectGarbage(olderThan: 0).files == 1)
      let current = try #require(try store.model(named: "a"))
      #expect(try store.parameters(of: current) == sampleModel(seed: 2).parameters)
      _ = try store.undo()
      let first = try #require(try store.model(named: "a"))
      #expect(try store.parameters(of: first) == sampleModel(seed: 1).parameters)
    }
  }
}
