import Foundation
import GraphIR
import SessionStore
import Testing

struct LockTests {
  @Test func aSecondOpenerReadsAndSaysWhoWrites() throws {
    let folder = try SessionFolder()
    let writer = try SessionStore(folder: folder.path)
    try writer.transaction { try $0.save("a", sampleModel()) }
    #expect(!writer.isReadOnly)
    #expect(writer.lockHolder == nil)

    let reader = try SessionStore(folder: folder.path)
    #expect(reader.isReadOnly)
    #expect(reader.lockHolder == getpid())
    let model = try #require(try reader.model(named: "a"))
    #expect(try reader.parameters(of: model) == sampleModel().parameters)

    try writer.transaction { try $0.save("b", sampleModel(seed: 2)) }
    #expect(try reader.models().map(\.name) == ["a", "b"])
    let refusal = StoreError.readOnly(lockHolder: getpid())
    #expect(throws: refusal) { try reader.transaction { try $0.set("seed", to: "1") } }
    #expect(throws: refusal) { try reader.remember("cell", status: "ok", seconds: 0) }
    #expect(throws: refusal) { try reader.undo() }
    #expect(throws: refusal) { try reader.collectGarbage(olderThan: 0) }
    #expect("\(refusal)".contains("process \(getpid())"))
  }

  @Test func theLockEndsWithTheWriter() throws {
    let folder = try SessionFolder()
    try folder.open { #expect(!$0.isReadOnly) }
    try folder.open { #expect(!$0.isReadOnly) }
  }

  @Test func aWriterThatCanNotOpenTheDatabaseLeavesTheLock() throws {
    let folder = try SessionFolder()
    try folder.write(Array(repeating: 7, count: 9000), to: folder.database)
    for _ in 0..<2 {
      let error = try #require(throws: StoreError.self) { try SessionStore(folder: folder.path) }
      guard case .damagedStore = error else { return #expect(Bool(false), "\(error)") }
    }
  }

  @Test func commitsReachTheDisk() throws {
    let folder = try SessionFolder()
    for _ in 0..<2 {
      try folder.open { store throws in
        #expect(try store.pragma("synchronous") == "2")
        #expect(try store.pragma("journal_mode") == "wal")
        #expect(try store.pragma("foreign_keys") == "1")
        #expect(try store.pragma("application_id") == "\(0x7161_746C)")
      }
    }
  }

  @Test func foldersAreMadeAndFilesInTheirPlaceRefused() throws {
    let folder = try SessionFolder()
    let deep = folder.path + "/a/b//c/"
    #expect(try SessionStore(folder: deep).models().isEmpty)
    let file = folder.path + "/file"
    try folder.write([1], to: file)
    for path in [file, file + "/below"] {
      let error = try #require(throws: StoreError.self) { try SessionStore(folder: path) }
      guard case .folder(path, _) = error else { return #expect(Bool(false), "\(error)") }
    }
  }
}
