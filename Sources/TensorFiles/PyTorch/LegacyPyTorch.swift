/// What `torch.save` wrote before 1.6, and still writes where it is asked to: a pickled magic number, the protocol's
/// version, sizes of C's types, the object, and the storages' keys; then each storage as its count (int64) and numbers.
struct LegacyPyTorch {
  /// The pickle of 0x1950A86A20F9469CFC6C.
  static let magic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  private static let version = 1001
  /// Pickles are read as a whole, and are small beside the storages behind them.
  private static let longestPickles = 64 << 20

  private let file: FileBytes

  init(_ file: FileBytes) { self.file = file }

  func tensors() throws(TensorFileError) -> (tensors: [String: StoredTensor], wrapping: String?) {
    let start = try file.read(0..<min(file.count, Self.longestPickles))
    var machine = PickleMachine(start, from: Self.magic.count)
    guard try machine.run() == .integer(Self.version) else {
      throw .pickle(.malformed("its version is unknown"), offset: Self.magic.count)
    }
    let system = try machine.run()
    for (key, value) in machine.dictionary(system) ?? [] where key == .text("little_endian") {
      guard value == .bool(true) else { throw .bigEndian }
    }
    // Each pickle has a memo of its own.
    var object = PickleMachine(start, from: machine.offset)
    let value = try object.run()
    let weights = try StateDictionary(value, in: object)
    var keys = PickleMachine(start, from: object.offset)
    let list = try keys.run()
    guard let names = keys.sequence(list) else {
      throw .pickle(.malformed("it has no list of storages"), offset: object.offset)
    }
    let places = try places(of: names, in: object, from: keys.offset)
    var tensors: [String: StoredTensor] = [:]
    for (name, index) in weights.tensors {
      let tensor = object.tensors[index]
      let storage = object.storages[tensor.storage]
      guard var place = places[storage.key] else {
        throw .tensor(name: name, reason: "its storage is missing")
      }
      if let view = storage.view {
        let size = storage.type.byteCount
        // The view lies in a count that was held against these bytes.
        place = place.lowerBound + view.lowerBound * size..<place.lowerBound + view.upperBound * size
      }
      tensors[name] = try StoredTensor(
        name: name, shape: tensor.shape, strides: tensor.strides, type: storage.type, storage: place,
        record: nil, offset: tensor.offset)
    }
    return (tensors, weights.wrapping)
  }

  /// Bytes of each storage, which lie one after the other in the order of their keys.
  private func places(
    of keys: [PickleValue], in machine: PickleMachine, from start: Int
  ) throws(TensorFileError) -> [String: Range<Int>] {
    var types: [String: (type: StoredType, count: Int)] = [:]
    for storage in machine.storages {
      if let known = types[storage.key], known != (storage.type, storage.count) {
        throw .tensor(name: storage.key, reason: "its storage is described in two ways")
      }
      types[storage.key] = (storage.type, storage.count)
    }
    var places: [String: Range<Int>] = [:]
    var place = start
    for key in keys {
      guard case .text(let name) = key, let (type, count) = types[name] else {
        throw .pickle(.malformed("its list of storages has an unknown one"), offset: start)
      }
      guard place <= file.count - 8,
        LittleEndian(bytes: try file.read(place..<place + 8)).uint64(0) == count
      else { throw .tensor(name: name, reason: "its storage has another length than it is described with") }
      let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      guard !overflow, size <= file.count - place - 8 else {
        throw .truncated(needed: overflow ? .max : size, count: file.count)
      }
      places[name] = place + 8..<place + 8 + size
      place += 8 + size
    }
    return places
  }
}
