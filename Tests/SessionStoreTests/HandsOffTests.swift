import Foundation
import GraphIR
import SessionStore
import Testing

/// Only what a session wrote is ever taken away from its folder.
@Suite struct HandsOffTests {
  /// Files that are nobody's business: other names, and names of objects with other bytes.
  private static let foreign = [
    "mine.safetensors", "notes.txt", String(repeating: "a", count: 64) + ".safetensors",
    String(repeating: "A", count: 64) + ".safetensors", String(repeating: "b", count: 63) + ".safetensors",
    "backup.safetensors.12.qatlab-tmp", "x.qatlab-tmp",
    String(repeating: "c", count: 64) + ".safetensors.bak",
  ]

  private func plant(_ folder: SessionFolder) throws {
    for name in Self.foreign { try folder.write(name.utf8, to: "\(folder.path)/objects/\(name)") }
    _ = try folder.strayObject(seed: 77)
  }

  /// Makes the write of a model fail, as on a full disk: no file can be renamed onto a folder.
  private func block(_ model: Model, in folder: SessionFolder) throws {
    let other = try SessionFolder()
    let record = try other.open { store in try store.transaction { try $0.save("a", model) } }
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/objects/\(record.object).safetensors/in-the-way",
      withIntermediateDirectories: true)
  }

  @Test func aFailedWriteTakesBackItsOwnFilesAlone() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      try store.transaction { try $0.save("kept", sampleModel(seed: 1)) }
      try plant(folder)
      try block(sampleModel(seed: 3), in: folder)
      let (before, models) = (try folder.contents(), try store.models())
      let error = try #require(throws: StoreError.self) {
        try store.transaction { transaction in
          try transaction.save("kept too", sampleModel(seed: 1))
          try transaction.save("new", sampleModel(seed: 2))
          try transaction.save("impossible", sampleModel(seed: 3))
        }
      }
      guard case .unwritable = error else { return #expect(Bool(false), "\(error)") }
      #expect(try folder.contents() == before)
      #expect(try store.models() == models)
      #expect(try store.problems().isEmpty)
    }
  }

  @Test func whatFailsForAnotherReasonTakesBackItsFilesToo() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      try plant(folder)
      let before = try folder.contents()
      #expect(throws: StoreError.unknownRun("none")) {
        try store.transaction { transaction in
          try transaction.save("new", sampleModel(seed: 2))
          _ = try transaction.saveModel(
            name: "b", kind: .float, graph: sampleModel().graph, parameters: ParameterSet(), run: "none")
        }
      }
      #expect(try folder.contents() == before)
    }
  }

  /// An object that was damaged and is written anew belongs to the rows that named it before.
  @Test func whatAFailedWriteMendedStays() throws {
    let folder = try SessionFolder()
    let record = try folder.open { store throws in
      try store.transaction { try $0.save("a", sampleModel(seed: 1)) }
    }
    try folder.write([1], to: "\(folder.path)/objects/\(record.object).safetensors")
    try folder.open { store throws in
      try block(sampleModel(seed: 3), in: folder)
      #expect(throws: StoreError.self) {
        try store.transaction { transaction in
          try transaction.save("b", sampleModel(seed: 1))
          try transaction.save("c", sampleModel(seed: 3))
        }
      }
      #expect(try store.parameters(of: record) == sampleModel(seed: 1).parameters)
    }
  }

  @Test func openingTakesAwayHalfWrittenFilesOfItsOwnAlone() throws {
    let folder = try SessionFolder()
    try folder.open { _ in }
    try plant(folder)
    let (objects, session) = (try folder.contents(), try folder.names(in: ""))
    let object = String(repeating: "d", count: 64) + ".safetensors"
    for name in [
      "objects/\(object).1.qatlab-tmp", "objects/\(object).1-2.qatlab-tmp", "store.db.77.qatlab-tmp",
      "store.db.78.qatlab-tmp-journal",
    ] {
      try folder.write([1], to: folder.path + "/" + name)
    }
    let kept = ["store.db.x.qatlab-tmp", "store.db.qatlab-tmp", "other.db.77.qatlab-tmp"]
    for name in kept { try folder.write([1], to: folder.path + "/" + name) }
    let link = "\(folder.path)/objects/\(object).5.qatlab-tmp"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.database)
    try folder.open { store throws in #expect(try store.models().isEmpty) }
    #expect(try folder.names(in: "") == (session + kept).sorted())
    try FileManager.default.removeItem(atPath: link)
    #expect(try folder.contents() == objects)
  }

  @Test func garbageIsWhatHoldsTheBytesThatItsNameSays() throws {
    let folder = try SessionFolder()
    try folder.open { store throws in
      try store.transaction { try $0.save("kept", sampleModel(seed: 1)) }
      for name in Self.foreign { try folder.write(name.utf8, to: "\(folder.path)/objects/\(name)") }
      // A link of an object's name is not the object, wherever it leads.
      let target = folder.path + "/target"
      let stray = try folder.strayObject(seed: 78)
      try FileManager.default.moveItem(atPath: "\(folder.path)/objects/\(stray)", toPath: target)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/objects/\(stray)", withDestinationPath: target)
      let before = try folder.contents()
      let other = try folder.strayObject(seed: 79)
      #expect(try folder.names().contains(other))
      #expect(try store.collectGarbage(olderThan: 0).files == 1)
      #expect(try folder.contents() == before)
      #expect(try folder.bytes(target).count > 0)
    }
  }

  @Test func throughALinkedFolderOfObjectsNothingIsTakenAway() throws {
    let folder = try SessionFolder()
    let elsewhere = folder.path + "/elsewhere"
    try folder.open { _ in }
    try FileManager.default.moveItem(atPath: folder.path + "/objects", toPath: elsewhere)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/objects", withDestinationPath: elsewhere)
    try plant(folder)
    let object = String(repeating: "d", count: 64) + ".safetensors"
    try folder.write([1], to: "\(elsewhere)/\(object).1.qatlab-tmp")
    let before = try folder.contents()
    try folder.open { store throws in
      #expect(try folder.contents() == before)
      #expect(try store.collectGarbage(olderThan: 0) == (0, 0))
      try block(sampleModel(seed: 3), in: folder)
      let blocked = try folder.contents()
      #expect(throws: StoreError.self) {
        try store.transaction { transaction in
          try transaction.save("new", sampleModel(seed: 2))
          try transaction.save("impossible", sampleModel(seed: 3))
        }
      }
      #expect(try folder.contents() == blocked)
      let record = try store.transaction { try $0.save("new", sampleModel(seed: 2)) }
      #expect(try store.parameters(of: record) == sampleModel(seed: 2).parameters)
    }
  }

  @Test func weightsWhoseStoreWasMovedAwayStay() throws {
    let folder = try SessionFolder()
    try folder.open { store in _ = try store.transaction { try $0.save("a", sampleModel(seed: 1)) } }
    let away = folder.path + "/away.db"
    try FileManager.default.moveItem(atPath: folder.database, toPath: away)
    let before = try folder.contents()
    #expect(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    #expect(try folder.contents() == before)
    try FileManager.default.moveItem(atPath: away, toPath: folder.database)
    try folder.open { store throws in
      let record = try #require(try store.model(named: "a"))
      #expect(try store.parameters(of: record) == sampleModel(seed: 1).parameters)
    }
  }

  /// A link in the place of a temporary file is neither written through nor taken away.
  @Test func aLinkInTheWayOfATemporaryFileIsLeftAlone() throws {
    let folder = try SessionFolder()
    let (target, victim) = (folder.path + "/file", folder.path + "/victim")
    try folder.write("mine".utf8, to: victim)
    let link = "\(target).\(getpid()).qatlab-tmp"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: victim)
    try WeightsFile(sampleModel()).write(to: target)
    #expect(try WeightsFile(reading: target).parameters == sampleModel().parameters)
    #expect(try folder.bytes(victim) == Array("mine".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == victim)
  }
}
