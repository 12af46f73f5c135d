import Foundation
import GraphIR
import SessionStore
import Testing

/// A session whose files are gone, or are not those that belong together: it is refused with what to do, and never taken
/// for an empty one.
@Suite struct IdentityTests {
  /// A session with a model, closed.
  private func filled() throws -> SessionFolder {
    let folder = try SessionFolder()
    try folder.open { store in _ = try store.transaction { try $0.save("a", sampleModel()) } }
    return folder
  }

  private func refusal(_ folder: SessionFolder, _ work: (() throws -> Void)? = nil) throws -> String {
    let error = try #require(throws: StoreError.self) {
      if let work { try work() } else { _ = try SessionStore(folder: folder.path) }
    }
    guard case .changedFolder(folder.path, let reason, let remedy) = error else {
      Issue.record("\(error)")
      return ""
    }
    #expect("\(error)".contains(folder.path) && !remedy.isEmpty)
    return reason
  }

  @Test func aMissingDatabaseIsNotAnEmptySession() throws {
    let folder = try filled()
    let away = folder.path + "/away"
    try FileManager.default.moveItem(atPath: folder.database, toPath: away)
    let before = try folder.contents()
    #expect(try refusal(folder).contains("store.db is missing"))
    #expect(try folder.contents() == before)
    #expect(!FileManager.default.fileExists(atPath: folder.database))
    try FileManager.default.moveItem(atPath: away, toPath: folder.database)
    try folder.open { store throws in #expect(try store.model(named: "a") != nil) }
  }

  @Test func whereNothingButSettingsWasKeptAMissingDatabaseIsFoundToo() throws {
    let folder = try SessionFolder()
    try folder.open { store in try store.transaction { try $0.set("seed", to: "7") } }
    try FileManager.default.removeItem(atPath: folder.database)
    #expect(try refusal(folder).contains("store.db is missing"))
  }

  /// Killed, a process leaves its commits in the log; without it the database is as it was made.
  @Test func aMissingLogIsNotAnEmptySession() throws {
    let folder = try SessionFolder()
    var store: SessionStore? = try SessionStore(folder: folder.path)
    for seed in 1...3 { try store?.transaction { try $0.set("seed", to: "\(seed)") } }
    let database = try folder.bytes(folder.database)
    let identity = try folder.bytes(folder.path + "/objects/identity")
    store = nil
    // As the files were before the program closed them.
    try folder.write(database, to: folder.database)
    try folder.write(identity, to: folder.path + "/objects/identity")
    #expect(try refusal(folder).contains("lacks the last 3 changes"))
    try FileManager.default.removeItem(atPath: folder.path + "/objects/identity")
    try folder.open { store throws in #expect(try store.setting("seed") == nil) }
  }

  @Test func anOlderDatabaseInTheSameFolderIsRefused() throws {
    let folder = try filled()
    let older = try folder.bytes(folder.database)
    try folder.open { store in try store.transaction { try $0.set("seed", to: "7") } }
    try folder.write(older, to: folder.database)
    #expect(try refusal(folder).contains("lacks the last change"))
  }

  @Test func aCopyThatLacksCommitsOpensAndSaysSo() throws {
    let folder = try SessionFolder()
    try folder.open { _ in }
    let store = try SessionStore(folder: folder.path)
    try store.transaction { try $0.set("seed", to: "7") }
    let copy = try folder.crashed()
    try? FileManager.default.removeItem(atPath: copy.database + "-wal")
    try copy.open { store throws in
      #expect(try store.problems() == [.missingCommits(path: copy.database, count: 1)])
      try store.transaction { try $0.set("seed", to: "8") }
    }
    // From here on it is a session of its own.
    try copy.open { store throws in #expect(try store.problems().isEmpty) }
    #expect(try store.setting("seed") == "7")
  }

  @Test func objectsOfAnotherSessionAreNotItsOwn() throws {
    let (folder, other) = (try filled(), try filled())
    try FileManager.default.removeItem(atPath: folder.database)
    try FileManager.default.copyItem(atPath: other.database, toPath: folder.database)
    #expect(try refusal(folder).contains("different sessions"))
  }

  @Test func aWholeCopyAndAMovedFolderAreWhatTheyWere() throws {
    let folder = try filled()
    let copy = try SessionFolder()
    try FileManager.default.removeItem(atPath: copy.path)
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
    try copy.open { store throws in
      #expect(try store.problems().isEmpty)
      #expect(try store.model(named: "a") != nil)
    }
    try FileManager.default.removeItem(atPath: copy.path)
    try FileManager.default.moveItem(atPath: folder.path, toPath: copy.path)
    try copy.open { store throws in #expect(try store.model(named: "a") != nil) }
  }

  enum Change: CaseIterable {
    case folderMoved, folderReplaced, databaseMoved, databaseReplaced, objectsReplaced, logGone
  }

  /// While a session is open its files go, or others take their place: what would be lost is not said to be kept.
  @Test(arguments: Change.allCases) func whatChangesDuringASessionIsFoundBeforeACommit(change: Change) throws
  {
    let folder = try filled()
    let away = folder.path + "-away"
    defer { try? FileManager.default.removeItem(atPath: away) }
    let store = try SessionStore(folder: folder.path)
    try store.transaction { try $0.set("seed", to: "1") }
    let files = FileManager.default
    let moved =
      switch change {
      case .folderMoved, .folderReplaced: folder.path
      case .databaseMoved, .databaseReplaced: folder.database
      case .objectsReplaced: folder.path + "/objects"
      case .logGone: folder.database + "-wal"
      }
    try files.moveItem(atPath: moved, toPath: away)
    switch change {
    case .folderMoved, .databaseMoved, .logGone: break
    case .folderReplaced, .objectsReplaced:
      try files.createDirectory(atPath: moved, withIntermediateDirectories: false)
    case .databaseReplaced: try files.copyItem(atPath: away, toPath: moved)
    }
    let reason = try refusal(folder) { try store.transaction { try $0.set("seed", to: "2") } }
    #expect(!reason.isEmpty)
    _ = try refusal(folder) { try store.remember("cell", status: "ok", seconds: 0) }
    // Moved back, it goes on.
    try? files.removeItem(atPath: moved)
    try files.moveItem(atPath: away, toPath: moved)
    try store.transaction { try $0.set("seed", to: "3") }
    #expect(try store.setting("seed") == "3")
  }

  @Test func aRemovedLockLetsNoSecondWriterIn() throws {
    let folder = try filled()
    let store = try SessionStore(folder: folder.path)
    try FileManager.default.removeItem(atPath: folder.path + "/lock")
    let other = try SessionStore(folder: folder.path)
    #expect(other.isReadOnly)
    #expect(throws: StoreError.self) { try other.transaction { try $0.set("seed", to: "1") } }
    // The one that writes makes its lock again.
    try store.transaction { try $0.set("seed", to: "2") }
    #expect(FileManager.default.fileExists(atPath: folder.path + "/lock"))
    #expect(try SessionStore(folder: folder.path).lockHolder == getpid())
  }

  @Test func aReplacedLockIsRefused() throws {
    let folder = try filled()
    let store = try SessionStore(folder: folder.path)
    try FileManager.default.removeItem(atPath: folder.path + "/lock")
    try folder.write("77\n".utf8, to: folder.path + "/lock")
    #expect(try refusal(folder) { try store.transaction { try $0.set("seed", to: "1") } }.contains("lock"))
  }

  /// What is put back must find the database as it was: a refused opening writes nothing, not even of runs that ended.
  @Test func aRefusedOpeningLeavesTheDatabaseToItsLog() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      try store.transaction {
        _ = try $0.beginRun(kind: .train, model: "a", settings: [:], command: "train")
      }
    }
    var store: SessionStore? = try SessionStore(folder: folder.path)
    try store?.transaction { try $0.set("seed", to: "7") }
    let crashed = try folder.crashed()
    store = nil
    for name in ["store.db", "store.db-wal"] {
      try folder.write(crashed.bytes(crashed.path + "/" + name), to: folder.path + "/" + name)
    }
    let log = folder.database + "-wal"
    let (before, frames) = (try folder.bytes(folder.database), try folder.bytes(log))
    try FileManager.default.removeItem(atPath: log)
    for _ in 0..<2 { #expect(try refusal(folder).contains("store.db-wal")) }
    #expect(try folder.bytes(folder.database) == before)
    try folder.write(frames, to: log)
    try folder.open { store throws in
      #expect(try store.setting("seed") == "7")
      #expect(try store.pragma("integrity_check") == "ok")
    }
  }
}
