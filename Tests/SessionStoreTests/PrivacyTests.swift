import Foundation
import GraphIR
import SessionStore
import Testing

/// Programs and history are for nobody else to read, also those of sessions that were made for everyone.
@Suite struct PrivacyTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
  }

  private func modes(_ folder: SessionFolder) throws -> [String: Int] {
    var modes = ["": try mode(folder.path)]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      modes[path] = try mode(folder.path + "/" + path)
    }
    return modes
  }

  @Test func everyFileOfASessionIsItsOwners() throws {
    let parent = try SessionFolder()
    let path = parent.path + "/session"
    let store = try SessionStore(folder: path)
    try store.transaction { try $0.save("a", sampleModel()) }
    let found = try modes(parent)
    #expect(found["session"] == 0o700 && found["session/objects"] == 0o700)
    let files = found.filter { !["", "session", "session/objects"].contains($0.key) }
    #expect(files.keys.contains("session/store.db-wal") && files.keys.contains("session/store.db-shm"))
    #expect(files.values.allSatisfy { $0 == 0o600 }, "\(files)")
  }

  @Test func aSessionThatEveryoneCouldReadIsTightenedWhenItOpens() throws {
    let folder = try SessionFolder()
    try folder.open { store in _ = try store.transaction { try $0.save("a", sampleModel()) } }
    // As earlier versions left it: without an identity, and for everyone.
    try FileManager.default.removeItem(atPath: folder.path + "/objects/identity")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/pictures", withIntermediateDirectories: false)
    try folder.write([1], to: folder.path + "/pictures/a.pictures")
    for path in try modes(folder).keys {
      let isFolder = ["", "objects", "pictures"].contains(path)
      try FileManager.default.setAttributes(
        [.posixPermissions: isFolder ? 0o755 : 0o644], ofItemAtPath: folder.path + "/" + path)
    }
    try folder.open { store throws in
      for (path, mode) in try modes(folder) {
        #expect(mode == (["", "objects", "pictures"].contains(path) ? 0o700 : 0o600), "\(path)")
      }
      #expect(try store.model(named: "a") != nil)
    }
  }

  /// A session in a folder with other things does not shut that folder, and links and second names are left alone.
  @Test func onlyWhatIsTheSessionsIsTightened() throws {
    let folder = try SessionFolder()
    let outside = try SessionFolder()
    let files = FileManager.default
    try folder.write([1], to: folder.path + "/notes.txt")
    try outside.write([1], to: outside.path + "/target")
    try outside.write([1], to: outside.path + "/second")
    try folder.open { _ in }
    try files.createSymbolicLink(
      atPath: folder.path + "/store.db.link", withDestinationPath: outside.path + "/target")
    try files.linkItem(atPath: outside.path + "/second", toPath: folder.path + "/store.db.second")
    for path in [folder.path, folder.path + "/notes.txt", outside.path + "/target", outside.path + "/second"]
    {
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try folder.open { _ in }
    for path in [folder.path, folder.path + "/notes.txt", outside.path + "/target", outside.path + "/second"]
    {
      #expect(try mode(path) == 0o755, "\(path)")
    }
  }
}
