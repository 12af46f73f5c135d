import TensorFiles
import Testing

/// PyTorch's files, which a plain Python program wrote with the pickle module.
struct PyTorchFileTests {
  @Test(arguments: ["plain-archive.pth", "plain-legacy.pth"])
  func everyTypeAndPlaceOfATensorIsRead(name: String) throws {
    let file = try TensorFile(bytes: Fixture.bytes(name))
    let expected = try Fixture.expected().filter { $0.key != "seen" }
    #expect(Set(file.tensors.keys) == Set(expected.keys))
    #expect(file.wrapping == nil)
    for (name, wanted) in expected {
      let tensor = try #require(file.tensors[name])
      #expect(tensor.shape == wanted.shape, "\(name)")
      #expect(try file.values(of: tensor) == wanted.values, "\(name)")
    }
  }

  @Test(arguments: [
    ("checkpoint-archive.pth", TensorFile.Form.pyTorch), ("checkpoint-legacy.pth", .legacyPyTorch),
  ])
  func weightsAreFoundAmongTheMembersOfACheckpoint(name: String, form: TensorFile.Form) throws {
    let file = try TensorFile(bytes: Fixture.bytes(name))
    #expect(file.form == form)
    #expect(file.wrapping == "state_dict")
    for (name, wanted) in try Fixture.expected() where name != "seen" {
      #expect(try file.values(of: #require(file.tensors["module." + name])) == wanted.values, "\(name)")
    }
  }

  @Test func aViewOfAStorageIsThePartThatItShows() throws {
    let file = try TensorFile(bytes: Fixture.bytes("view-legacy.pth"))
    let wanted = try #require(try Fixture.expected()["seen"])
    #expect(try file.values(of: #require(file.tensors["seen"])) == wanted.values)
  }

  @Test(arguments: ["hostile-archive.pth", "hostile-legacy.pth"])
  func whatWouldRunACommandIsRefusedByItsName(name: String) throws {
    let error = try #require(throws: TensorFileError.self) { try TensorFile(bytes: Fixture.bytes(name)) }
    guard case .pickle(.global("posix.system"), _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains("nothing is executed"))
    #expect(error.remedy?.contains("state_dict") ?? false)
  }

  @Test func aRecordWhoseBytesWereChangedIsDamaged() throws {
    var bytes = try Fixture.bytes("plain-archive.pth")
    let original = try TensorFile(bytes: bytes)
    let tensor = try #require(original.tensors["float32"])
    // The numbers 0.5, −1.25 and 3 of the float32 tensor.
    let pattern: [UInt8] = [0, 0, 0, 0x3F, 0, 0, 0xA0, 0xBF, 0, 0, 0x40, 0x40]
    let place = try #require((0..<bytes.count - 12).first { Array(bytes[$0..<$0 + 12]) == pattern })
    bytes[place + 2] ^= 1
    let changed = try TensorFile(bytes: bytes)
    let error = try #require(throws: TensorFileError.self) { try changed.values(of: tensor) }
    #expect(error == .damagedRecord(name: "plain-archive/data/1"))
  }

  @Test(arguments: [
    [UInt8](), [0x50, 0x4B, 0x03, 0x04], Array(repeating: 7, count: 100), Array("hello".utf8),
  ])
  func otherFilesAreRefused(bytes: [UInt8]) {
    #expect(throws: TensorFileError.self) { try TensorFile(bytes: bytes) }
  }

  @Test func aFileThatIsNotThereIsRefusedWithTheSystemsReason() throws {
    let error = try #require(throws: TensorFileError.self) { try TensorFile(path: "/nowhere/w.pth") }
    #expect(error == .unreadable(reason: "No such file or directory"))
    #expect(throws: TensorFileError.unreadable(reason: "it is not a regular file")) {
      try TensorFile(path: "/tmp")
    }
  }
}
