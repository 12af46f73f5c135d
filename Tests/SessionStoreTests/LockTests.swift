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

  /// What stands in the lock's place, and whether it is a lock.
  enum InPlace: CaseIterable {
    case nothing, emptyFile, oldHolder, holderWithoutLineFeed, holderWithStart
    case link, danglingLink, linkToHolder, text, signedNumber, zero, longNumber, pipe, folder

    var isLock: Bool {
      [.nothing, .emptyFile, .oldHolder, .holderWithoutLineFeed, .holderWithStart].contains(self)
    }

    var content: String? {
      switch self {
      case .emptyFile: ""
      case .oldHolder: "4194303\n"
      case .holderWithoutLineFeed: "12"
      case .holderWithStart: "\(getpid()) 1\n"
      case .text: "my notes"
      case .signedNumber: "-1\n"
      case .zero: "0\n"
      case .longNumber: String(repeating: "1", count: 40)
      case .nothing, .link, .danglingLink, .linkToHolder, .pipe, .folder: nil
      }
    }
  }

  @Test(arguments: InPlace.allCases) func onlyALockIsTaken(place: InPlace) throws {
    let folder = try SessionFolder()
    let (lock, victim) = (folder.path + "/lock", folder.path + "/victim")
    let bytes = place == .linkToHolder ? "77\n" : "a user's file"
    if place != .danglingLink { try folder.write(bytes.utf8, to: victim) }
    if let content = place.content { try folder.write(content.utf8, to: lock) }
    switch place {
    case .link, .danglingLink, .linkToHolder:
      try FileManager.default.createSymbolicLink(atPath: lock, withDestinationPath: victim)
    case .pipe: #expect(mkfifo(lock, 0o600) == 0)
    case .folder: try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
    default: break
    }
    guard !place.isLock else {
      try folder.open { store throws in
        #expect(!store.isReadOnly)
        // The moment of its start tells it from a later process with its id.
        let line = String(decoding: try folder.bytes(lock), as: UTF8.self)
        #expect(line.hasPrefix("\(getpid()) ") && line.hasSuffix("\n"))
        #expect(try SessionStore(folder: folder.path).lockHolder == getpid())
      }
      return
    }
    let error = try #require(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    guard case .folder(folder.path, let reason) = error else { return #expect(Bool(false), "\(error)") }
    #expect(reason.contains("lock"))
    if let content = place.content { #expect(try folder.bytes(lock) == Array(content.utf8)) }
    #expect(FileManager.default.fileExists(atPath: victim) == (place != .danglingLink))
    if place != .danglingLink { #expect(try folder.bytes(victim) == Array(bytes.utf8)) }
    // Nothing else was made beside what is in the way.
    #expect(try folder.names(in: "") == (place == .danglingLink ? ["lock"] : ["lock", "victim"]))
  }

  /// A file with a second name elsewhere is locked and not written to.
  @Test func aLockWithASecondNameKeepsItsContent() throws {
    let folder = try SessionFolder()
    try folder.write([], to: folder.path + "/victim")
    try FileManager.default.linkItem(atPath: folder.path + "/victim", toPath: folder.path + "/lock")
    try folder.open { store throws in
      #expect(!store.isReadOnly)
      let reader = try SessionStore(folder: folder.path)
      #expect(reader.isReadOnly)
      #expect(reader.lockHolder == nil)
    }
    #expect(try folder.bytes(folder.path + "/victim") == [])
  }

  /// A lock that says another process than the one that has it: its writer could not write itself down.
  @Test(arguments: ["\(getpid()) 1\n", "4194304 77\n"])
  func aProcessThatIsNotTheOneWrittenDownIsNotNamed(line: String) throws {
    let folder = try SessionFolder()
    let writer = try SessionStore(folder: folder.path)
    try folder.write(line.utf8, to: folder.path + "/lock")
    // Written in place, so that the lock is still held.
    let reader = try SessionStore(folder: folder.path)
    #expect(reader.isReadOnly)
    #expect(reader.lockHolder == nil)
    #expect("\(try #require(reader.refusal))".contains("reading only"))
    #expect(!writer.isReadOnly)
  }
}
