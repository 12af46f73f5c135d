import Foundation
import GraphIR
import TensorFiles
import Testing

/// Files that lie: an error with a reason, and no memory for what isn't there.
struct HostileTensorFileTests {
  private static let eight: [UInt8] =
    withUnsafeBytes(of: Int64(2).littleEndian, Array.init) + [0, 0, 128, 63, 0, 0, 0, 64]

  @Test func aTensorOfTwoNumbersIsReadWhereNothingIsWrong() throws {
    let object = LegacyBytes.dictionary(count: 2, offset: 0, shape: [2], strides: [1])
    let file = try TensorFile(bytes: LegacyBytes(object, keys: ["k"], storages: Self.eight).bytes)
    #expect(try file.values(of: #require(file.tensors["w"])) == [1, 2])
  }

  @Test(arguments: [
    (count: 2, offset: 1, shape: [2], strides: [1]), (2, 0, [3], [1]), (2, 0, [2], [2]), (2, 2, [1], [1]),
    (2, .max, [2], [1]), (2, 0, [.max], [1]), (2, 0, [.max, .max], [0, 0]), (2, 0, [2], [.max]),
    (2, -1, [2], [1]), (2, 0, [-2], [1]), (2, 0, [2], [-1]), (2, 0, [2, 1], [1]), (.max, 0, [2], [1]),
    (3, 0, [2], [1]), (-1, 0, [0], [1]),
    (2, 0, Array(repeating: 1, count: 17), Array(repeating: 1, count: 17)),
  ])
  func aTensorThatReachesBeyondItsStorageIsRefused(count: Int, offset: Int, shape: [Int], strides: [Int]) {
    let object = LegacyBytes.dictionary(count: count, offset: offset, shape: shape, strides: strides)
    #expect(throws: TensorFileError.self) {
      try TensorFile(bytes: LegacyBytes(object, keys: ["k"], storages: Self.eight).bytes)
    }
  }

  @Test(
    arguments: [
      // OBJ, INST, NEWOBJ, NEWOBJ_EX, EXT1, PERSID, REDUCE of no name, BUILD of no dictionary, DUP, POP.
      [0x28, 0x6F], [0x28, 0x69] + Array("os\nsystem\n".utf8), [0x29, 0x29, 0x81], [0x92], [0x82, 1],
      Array("P0\n".utf8), [0x29, 0x29, 0x52], [0x5D, 0x7D, 0x62], [0x4E, 0x32], [0x4E, 0x30],
      // What isn't there.
      [], [0x61], [0x75], [0x74], [0x68, 0], [0x6A, 255, 255, 255, 255], [0x28, 0x71, 0], [0x51], [0x86],
      [0x58, 255, 255, 255, 255], [0x8A, 255], [0x28],
      LegacyBytes.global("builtins", "eval"), LegacyBytes.global("torch", "load"),
      LegacyBytes.global("torch", "FloatStorage") + [0x29, 0x52],
      [0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8) + [0x93],
    ] as [[UInt8]])
  func whatIsNoDescriptionOfTensorsIsRefused(object: [UInt8]) {
    #expect(throws: TensorFileError.self) { try TensorFile(bytes: LegacyBytes(object).bytes) }
  }

  @Test func dictionariesThatHoldThemselvesEnd() {
    // {"model": itself}
    let object = [0x7D, 0x71, 0] + LegacyBytes.text("model") + [0x68, 0, 0x73]
    #expect(throws: TensorFileError.noTensors(found: ["model"])) {
      try TensorFile(bytes: LegacyBytes(object).bytes)
    }
  }

  @Test func copiesOfOneListAreLimited() {
    var object = [UInt8]([0x5D, 0x71, 0, 0x28])
    for _ in 0..<2000 { object += [0x4E, 0x4E, 0x86] }
    object += [0x65]
    for _ in 0..<2000 { object += LegacyBytes.global("collections", "OrderedDict") + [0x68, 0, 0x85, 0x52] }
    #expect(throws: TensorFileError.self) { try TensorFile(bytes: LegacyBytes(object).bytes) }
  }

  /// Cuts, changed bytes and numbers of extreme size: an error or tensors that can be read, and never a crash.
  ///
  /// `QATLAB_MUTATIONS` sets how many of each file are tried.
  @Test(arguments: [
    "plain-archive.pth", "plain-legacy.pth", "checkpoint-archive.pth", "checkpoint-legacy.pth",
    "view-legacy.pth",
    "safetensors",
  ])
  func randomlyChangedFilesNeverStopTheProgram(name: String) throws {
    let original = name == "safetensors" ? Self.safetensors : try Fixture.bytes(name)
    let count = ProcessInfo.processInfo.environment["QATLAB_MUTATIONS"].flatMap { Int($0) } ?? 1500
    var generator = SeededGenerator(seed: 11, purpose: name)
    for _ in 0..<count {
      let bytes = mutated(original, &generator)
      guard let file = try? TensorFile(bytes: bytes) else { continue }
      for tensor in file.tensors.values where tensor.count <= 1 << 16 {
        if let values = try? file.values(of: tensor) { #expect(values.count == tensor.count) }
      }
    }
  }

  private func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0...generator.next(below: 4) {
      let place = generator.next(below: bytes.count)
      switch generator.next(below: 6) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[place] ^= 1 << UInt8(generator.next(below: 8))
      case 2:
        for offset in place..<min(place + 8, bytes.count) {
          bytes[offset] = generator.next(below: 2) == 0 ? 0xFF : 0x7F
        }
      case 3: bytes.removeLast(generator.next(below: bytes.count / 2))
      case 4: bytes.insert(contentsOf: bytes[place..<min(place + 16, bytes.count)], at: place)
      default: bytes.removeSubrange(place..<min(place + 1 + generator.next(below: 8), bytes.count))
      }
      if bytes.isEmpty { bytes = [0] }
    }
    return bytes
  }

  private static let safetensors: [UInt8] = {
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]},"#
      + #""b":{"dtype":"BF16","shape":[3],"data_offsets":[32,38]},"c":{"dtype":"BOOL","shape":[],"data_offsets":[38,39]}}"#
    return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
      + (0..<39).map { UInt8($0) }
  }()

  @Test func safetensorsOfTypesThatASessionNeverWritesAreRead() throws {
    let file = try TensorFile(bytes: Self.safetensors)
    #expect(file.form == .safetensors)
    #expect(try file.values(of: #require(file.tensors["c"])) == [1])
    #expect(try file.values(of: #require(file.tensors["a"])).count == 4)
    #expect(file.metadata == ["format": "pt"])
  }
}
