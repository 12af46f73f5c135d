/// A file in PyTorch's older form, whose object a test writes by its operations.
struct LegacyBytes {
  var bytes: [UInt8]

  /// The object's pickle, without protocol and STOP, and what lies behind the list of storages.
  init(_ object: [UInt8], keys: [String] = [], storages: [UInt8] = []) {
    bytes = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    bytes += [0x80, 2, 0x4D, 0xE9, 0x03, 0x2E]
    bytes += [0x80, 2, 0x7D, 0x2E]
    bytes += [0x80, 2] + object + [0x2E]
    bytes += [0x80, 2, 0x5D] + keys.flatMap { Self.text($0) + [0x61] } + [0x2E]
    bytes += storages
  }

  static func text(_ text: String) -> [UInt8] { [0x58] + number(text.utf8.count) + Array(text.utf8) }
  static func number(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(value).littleEndian, Array.init)
  }
  static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + withUnsafeBytes(of: Int64(value).littleEndian, Array.init)
  }
  static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }
  static func tuple(_ numbers: [Int]) -> [UInt8] { [0x28] + numbers.flatMap(integer) + [0x74] }

  /// A dictionary with one tensor, `w`.
  static func dictionary(
    count: Int, offset: Int, shape: [Int], strides: [Int], type: String = "FloatStorage"
  ) -> [UInt8] {
    let storage =
      [0x28] + text("storage") + global("torch", type) + text("k") + text("cpu") + integer(count) + [
        0x4E, 0x74, 0x51,
      ]
    let tensor =
      global("torch._utils", "_rebuild_tensor_v2") + [0x28] + storage + integer(offset) + tuple(shape)
      + tuple(strides) + [0x89, 0x7D, 0x74, 0x52]
    return [0x7D] + text("w") + tensor + [0x73]
  }
}
