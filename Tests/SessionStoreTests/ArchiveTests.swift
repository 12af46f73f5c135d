import Foundation
import GraphIR
import SessionStore
import Testing

/// A session packed while it is open, unpacked by tar, and opened.
@Suite struct ArchiveTests {
  /// Runs a program of the system; returns its code.
  private func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  private func fill(_ store: SessionStore) throws {
    for seed in 1...3 {
      try store.transaction {
        try $0.save("model\(seed)", sampleModel(seed: UInt64(seed)))
        try $0.set("count", to: "\(seed)")
        $0.recordState(cell: "train \(seed)")
      }
    }
  }

  private func expectWhole(_ path: String) throws {
    let store = try SessionStore(folder: path)
    #expect(!store.isReadOnly)
    #expect(try store.problems().isEmpty)
    #expect(try store.pragma("integrity_check") == "ok")
    #expect(try store.models().map(\.name) == ["model1", "model2", "model3"])
    for (seed, model) in zip(1..., try store.models()) {
      #expect(try store.parameters(of: model) == sampleModel(seed: UInt64(seed)).parameters)
    }
    #expect(try store.undo()?.cell == "train 3")
  }

  @Test(arguments: [true, false]) func anOpenSessionIsPackedAndOpensElsewhere(onDisk: Bool) throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: onDisk ? folder.path + "/session" : nil)
    try fill(store)
    let archive = folder.path + "/a.tar"
    var steps = 0
    let packed = try store.pack(to: archive, as: "packed") { done, total in
      #expect(done <= total)
      steps += 1
      return true
    }
    #expect(packed?.objects == 3 && steps > 5)
    #expect(try folder.bytes(archive).count == packed?.byteCount)
    #expect(try run(["tar", "-xf", archive, "-C", folder.path]) == 0)
    try expectWhole(folder.path + "/packed")
    // The session goes on, and nothing else is left beside the archive.
    try store.transaction { try $0.set("count", to: "4") }
    #expect(try folder.names(in: "").filter { $0.contains("qatlab-tmp") } == [])
  }

  @Test func aReaderPacksWhatTheWriterHasCommitted() throws {
    let folder = try SessionFolder()
    let writer = try SessionStore(folder: folder.path + "/session")
    try fill(writer)
    let reader = try SessionStore(folder: folder.path + "/session")
    #expect(reader.isReadOnly)
    #expect(try reader.pack(to: folder.path + "/a.tar", as: "packed") { _, _ in true } != nil)
    #expect(try run(["tar", "-xf", folder.path + "/a.tar", "-C", folder.path]) == 0)
    try expectWhole(folder.path + "/packed")
  }

  @Test func aPackingThatIsStoppedLeavesWhatWasThere() throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: folder.path + "/session")
    try fill(store)
    try folder.write([7], to: folder.path + "/a.tar")
    for stop in 0..<5 {
      var steps = 0
      let packed = try store.pack(to: folder.path + "/a.tar", as: "packed") { _, _ in
        steps += 1
        return steps <= stop
      }
      #expect(packed == nil)
      #expect(try folder.bytes(folder.path + "/a.tar") == [7])
    }
    #expect(throws: StoreError.self) {
      try store.pack(to: folder.path + "/no/a.tar", as: "x") { _, _ in true }
    }
    #expect(try folder.names(in: "") == ["a.tar", "session"])
  }
}
