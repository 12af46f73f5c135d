import Foundation
import GraphIR
import SessionStore

/// A folder for one test, which goes with the value.
final class SessionFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/qatlab-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var database: String { path + "/store.db" }

  /// Opens the session, works with it and closes it.
  @discardableResult
  func open<T>(_ body: (SessionStore) throws -> T) throws -> T { try body(SessionStore(folder: path)) }

  func bytes(_ file: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: file))) }

  func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  /// Replaces bytes of a file by as many others, wherever they are; returns how often.
  @discardableResult
  func replace(_ old: String, by new: String, in file: String) throws -> Int {
    var data = try Data(contentsOf: URL(fileURLWithPath: file))
    var count = 0
    while let range = data.range(of: Data(old.utf8)) {
      data.replaceSubrange(range, with: Data(new.utf8))
      count += 1
    }
    try data.write(to: URL(fileURLWithPath: file))
    return count
  }

  /// Without the file by which the folder of objects is known.
  func names(in folder: String = "objects") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).filter { $0 != "identity" }
      .sorted()
  }

  /// Puts a whole object that no row names into the folder of objects; returns the file's name.
  func strayObject(seed: UInt64) throws -> String {
    let other = try SessionFolder()
    let record = try other.open { store in
      try store.transaction { try $0.save("stray", sampleModel(seed: seed)) }
    }
    let name = record.object + ".safetensors"
    try write(other.bytes(other.path + "/objects/" + name), to: path + "/objects/" + name)
    return name
  }

  /// Name, kind and bytes of everything in a folder, links not followed.
  func contents(of folder: String = "objects") throws -> [String] {
    try names(in: folder).map { name in
      let file = "\(path)/\(folder)/\(name)"
      let kind = try FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType
      let bytes = kind == .typeRegular ? try bytes(file).hashValue : 0
      return "\(name) \(kind?.rawValue ?? "") \(bytes)"
    }
  }

  /// What a process that dies now leaves: the files as they are, without the lock and the shared memory.
  func crashed() throws -> SessionFolder {
    let copy = try SessionFolder()
    for name in ["store.db", "store.db-wal", "objects", "checkpoints"]
    where FileManager.default.fileExists(atPath: path + "/" + name) {
      try FileManager.default.copyItem(atPath: path + "/" + name, toPath: copy.path + "/" + name)
    }
    return copy
  }
}

/// A small float model, different for each seed.
func sampleModel(seed: UInt64 = 1, architecture: String = "sample") throws -> Model {
  var graph = Graph(architecture: architecture, input: Shape(channels: 1, height: 4, width: 4))
  try graph.append("conv1", .convolution(Convolution(inputs: 1, outputs: 2, kernel: 3, padding: 1)), 0)
  try graph.append("relu1", .activation(.relu), 1)
  try graph.append("flatten", .flatten, 2)
  try graph.append("fc", .dense(Dense(inputs: 32, outputs: 3)), 3)
  return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: seed))
}

extension Transaction {
  @discardableResult
  func save(_ name: String, _ model: Model, figures: [String: Double] = [:]) throws -> ModelRecord {
    try saveModel(
      name: name, kind: model.kind, graph: model.graph, parameters: model.parameters, figures: figures)
  }
}

/// Bits of every tensor, so that NaN equals NaN and −0 differs from 0.
func bits(_ parameters: ParameterSet) -> [String: [Int64]] {
  parameters.tensors.mapValues { tensor in
    let elements: [Int64] =
      switch tensor.elements {
      case .float32(let values): values.map { Int64($0.bitPattern) }
      case .int8(let values): values.map(Int64.init)
      case .int32(let values): values.map(Int64.init)
      }
    return tensor.shape.map(Int64.init) + [-1] + elements
  }
}
