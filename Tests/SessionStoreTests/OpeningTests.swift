import Foundation
import GRDB
import GraphIR
import SessionStore
import Synchronization
import Testing

/// The first opening of a session, cut short and raced.
@Suite struct OpeningTests {
  /// What a process leaves that dies while it makes the database, now and in versions that made it in its place.
  @Test(arguments: [
    [], ["PRAGMA journal_mode = WAL"], ["PRAGMA application_id = 1902212204"],
    ["CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"],
    ["PRAGMA journal_mode = WAL", "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"],
    [
      "PRAGMA journal_mode = WAL", "PRAGMA application_id = 1902212204",
      "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
    ],
  ])
  func aHalfMadeDatabaseIsFinished(statements: [String]) throws {
    let folder = try SessionFolder()
    do {
      let queue = try DatabaseQueue(path: folder.database)
      try queue.writeWithoutTransaction { for statement in statements { try $0.execute(sql: statement) } }
      try queue.close()
    }
    try works(folder)
  }

  @Test func anEmptyFileIsADatabaseThatWasNotBegun() throws {
    let folder = try SessionFolder()
    try folder.write([], to: folder.database)
    try works(folder)
  }

  private func works(_ folder: SessionFolder) throws {
    let record = try folder.open { store throws in
      #expect(!store.isReadOnly)
      return try store.transaction { try $0.save("a", sampleModel()) }
    }
    try folder.open { store throws in
      #expect(try store.models() == [record])
      #expect(try store.pragma("application_id") == "\(0x7161_746C)")
      #expect(try store.pragma("integrity_check") == "ok")
    }
    #expect(try folder.names(in: "") == ["lock", "objects", "store.db"])
  }

  @Test(arguments: [
    ["CREATE TABLE notes (text)"], ["CREATE VIEW v AS SELECT 1"],
    [
      "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
      "INSERT INTO grdb_migrations VALUES ('v1')",
    ],
    [
      "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)", "CREATE TABLE player (name)",
    ],
    ["PRAGMA application_id = 7"],
  ])
  func aDatabaseOfAnotherProgramIsRefusedAndLeftAlone(statements: [String]) throws {
    let folder = try SessionFolder()
    do {
      let queue = try DatabaseQueue(path: folder.database)
      try queue.writeWithoutTransaction { for statement in statements { try $0.execute(sql: statement) } }
      try queue.close()
    }
    let before = try folder.bytes(folder.database)
    #expect(throws: StoreError.foreignStore(path: folder.database)) { try SessionStore(folder: folder.path) }
    #expect(try folder.bytes(folder.database) == before)
    #expect(try folder.names(in: "") == ["lock", "objects", "store.db"])
  }

  @Test(arguments: [[], [0]] as [[UInt8]])
  func aLinkToNoDatabaseIsNotFollowed(bytes: [UInt8]) throws {
    let folder = try SessionFolder()
    let victim = folder.path + "/victim"
    try folder.write(bytes, to: victim)
    try FileManager.default.createSymbolicLink(atPath: folder.database, withDestinationPath: victim)
    let error = try #require(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    guard case .damagedStore(folder.database, _) = error else { return #expect(Bool(false), "\(error)") }
    #expect(try folder.bytes(victim) == bytes)
    try FileManager.default.removeItem(atPath: victim)
    #expect(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    #expect(!FileManager.default.fileExists(atPath: victim))
  }

  @Test func aLinkToASessionsDatabaseIsFollowed() throws {
    let (folder, other) = (try SessionFolder(), try SessionFolder())
    try other.open { store in try store.transaction { try $0.set("seed", to: "7") } }
    try FileManager.default.createSymbolicLink(
      atPath: folder.database, withDestinationPath: other.database)
    try folder.open { store throws in #expect(try store.setting("seed") == "7") }
  }

  private final class Endings: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0.sorted() } }
    func add(_ ending: String) { list.withLock { $0.append(ending) } }
  }

  /// Six threads open the same new folder: one writes, the others read, and none finds it half-made.
  @Test func simultaneousOpenersAllComeIn() throws {
    let openers = 6
    for _ in 0..<20 {
      let folder = try SessionFolder()
      let path = folder.path
      let endings = Endings()
      let (done, all) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      for _ in 0..<openers {
        Thread.detachNewThread {
          let ending: String
          do {
            let store = try SessionStore(folder: path)
            ending = try store.models().isEmpty ? (store.isReadOnly ? "reads" : "writes") : "is not empty"
            done.signal()
            // Each keeps the session open until all have come in.
            all.wait()
            _ = store.isReadOnly
          } catch {
            ending = "\(error)"
            done.signal()
            all.wait()
          }
          endings.add(ending)
          done.signal()
        }
      }
      for _ in 0..<openers { done.wait() }
      for _ in 0..<openers { all.signal() }
      for _ in 0..<openers { done.wait() }
      #expect(endings.all == Array(repeating: "reads", count: openers - 1) + ["writes"])
    }
  }
}
