import Foundation
import GraphIR

/// Weights by the SHA-256 of their file: `objects/<sha256>.safetensors`, or in memory.
///
/// An object is written once and never changed. It is on disk, with its name, before `store` returns.
final class ObjectFiles {
  enum Condition: Equatable {
    case present(byteCount: Int)
    case missing
  }

  /// The folder of the objects; nil keeps them in `memory`.
  private let folder: String?
  private var memory: [String: WeightsFile] = [:]

  init(folder: String?) { self.folder = folder }

  /// True where at least one object's file lies in the folder.
  var hasAny: Bool { names().contains { $0.hasSuffix(".safetensors") } }

  func path(_ object: String) -> String {
    folder.map { "\($0)/\(object).safetensors" } ?? "\(object) in memory"
  }

  /// Keeps the tensors; returns the name and size of their file.
  ///
  /// A whole object that is there stays untouched.
  func store(_ file: WeightsFile) throws(StoreError) -> (object: String, byteCount: Int) {
    let layout = try WeightsFile.Layout(file)
    let object = layout.digest
    guard folder != nil else {
      memory[object] = file
      return (object, layout.byteCount)
    }
    let path = path(object)
    if AtomicFile.size(path) == layout.byteCount, let bytes = try? AtomicFile.read(path),
      WeightsFile.digest(of: bytes) == object
    {
      return (object, layout.byteCount)
    }
    do {
      try AtomicFile.write(path) { append in try layout.forEachChunk(append) }
    } catch {
      throw .unwritable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
    return (object, layout.byteCount)
  }

  /// A look at the file's size, without reading it.
  func condition(_ object: String, expected: Int) -> Condition {
    guard folder != nil else {
      return memory[object] == nil ? .missing : .present(byteCount: expected)
    }
    return AtomicFile.size(path(object)).map(Condition.present) ?? .missing
  }

  /// Reads an object and verifies that it is what was stored.
  func load(_ record: ModelRecord) throws(StoreError) -> ParameterSet {
    do {
      return try load(record.object, byteCount: record.byteCount).parameters
    } catch {
      throw .damagedObject(model: record.name, path: path(record.object), reason: error.reason)
    }
  }

  private func load(_ object: String, byteCount: Int) throws(FileError) -> WeightsFile {
    guard folder != nil else {
      guard let file = memory[object] else { throw FileError(reason: "is missing") }
      return file
    }
    let path = path(object)
    switch condition(object, expected: byteCount) {
    case .missing: throw FileError(reason: "is missing")
    case .present(byteCount): break
    case .present(let found): throw FileError(reason: "has \(found) bytes instead of \(byteCount)")
    }
    do {
      let bytes = try AtomicFile.read(path, limit: byteCount)
      guard WeightsFile.digest(of: bytes) == object else {
        throw FileError(reason: "does not hold the bytes that were written (SHA-256 differs)")
      }
      return try WeightsFile(bytes: bytes)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(reason: "can't be read: \(error)")
    }
  }
}

extension ObjectFiles {
  /// Removes what a process that died left half-written; only the one writer may do this.
  func removeTemporaries() {
    for name in names() where name.hasSuffix(AtomicFile.temporarySuffix) { remove(name) }
  }

  /// Removes objects that are not in `kept` and at least `age` seconds old; returns how many and their bytes.
  func removeAll(except kept: Set<String>, olderThan age: Double) -> (count: Int, byteCount: Int) {
    guard folder != nil else {
      let before = memory.count
      memory = memory.filter { kept.contains($0.key) }
      return (before - memory.count, 0)
    }
    var removed = (count: 0, byteCount: 0)
    for name in names() where name.hasSuffix(".safetensors") {
      let object = String(name.dropLast(".safetensors".count))
      guard !kept.contains(object), let size = AtomicFile.size(path(object)),
        let written = AtomicFile.modified(path(object)), Date().timeIntervalSince1970 - written >= age
      else { continue }
      if remove(name) { removed = (removed.count + 1, removed.byteCount + size) }
    }
    return removed
  }

  private func names() -> [String] {
    folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) }?.sorted() ?? []
  }

  @discardableResult
  private func remove(_ name: String) -> Bool {
    guard let folder else { return false }
    return (try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")) != nil
  }
}
