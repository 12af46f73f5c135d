import Glibc
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
  static let suffix = ".safetensors"

  init(folder: String?) { self.folder = folder }

  /// True where at least one object's file lies in the folder.
  var hasAny: Bool { folder.map { Folder.names(in: $0).contains { $0.hasSuffix(Self.suffix) } } ?? false }

  func path(_ object: String) -> String {
    folder.map { "\($0)/\(object)\(Self.suffix)" } ?? "\(object) in memory"
  }

  /// Keeps the tensors; returns the name and size of their file, and whether nothing of that name was there before.
  ///
  /// A whole object that is there stays untouched.
  func store(_ file: WeightsFile) throws(StoreError) -> (object: String, byteCount: Int, isNew: Bool) {
    let layout = try WeightsFile.Layout(file)
    let object = layout.digest
    guard folder != nil else {
      let isNew = memory.updateValue(file, forKey: object) == nil
      return (object, layout.byteCount, isNew)
    }
    let path = path(object)
    if AtomicFile.size(path) == layout.byteCount, holds(path, object) {
      return (object, layout.byteCount, false)
    }
    let isNew = !AtomicFile.exists(path)
    do {
      try AtomicFile.write(path) { append in try layout.forEachChunk(append) }
    } catch {
      if isNew { discard([object]) }
      throw .unwritable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
    return (object, layout.byteCount, isNew)
  }

  /// Removes objects that were stored as new and that nothing names.
  func discard(_ objects: [String]) {
    for object in objects {
      memory[object] = nil
      if folder != nil { unlink(path(object)) }
    }
  }

  /// Whether a file has the bytes that its name promises.
  private func holds(_ path: String, _ object: String) -> Bool {
    // What can't be read is not what was promised.
    (try? FilePieces.digest(of: path)) == object
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
  /// Every object that is there, in order.
  var names: [String] {
    guard let folder else { return memory.keys.sorted() }
    return Folder.names(in: folder).compactMap { Self.object(of: $0[...]) }
  }

  /// Size of an object's file; nil where there is none.
  func byteCount(_ object: String) throws(StoreError) -> Int? {
    guard folder != nil else { return try memory[object]?.byteCount }
    return AtomicFile.size(path(object))
  }

  /// Gives an object's bytes in order, at most `limit` of them.
  func forEachPiece(
    of object: String, limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard folder != nil else {
      guard let file = memory[object] else { throw FileError(reason: "is missing") }
      return try WeightsFile.Layout(file).forEachChunk(body)
    }
    try FilePieces.forEach(path(object), limit: limit, body)
  }

  /// Removes what a process that died left half-written; only the one writer may do this.
  func removeTemporaries() {
    guard let folder, let own = OwnFolder(folder) else { return }
    own.removeTemporaries { Self.object(of: $0) != nil || $0 == IdentityFile.name }
  }

  /// Removes objects that are not in `kept` and at least `age` seconds old; returns how many and their bytes.
  ///
  /// Files of another name, or that don't hold what theirs says, are not the session's; nor is what links lead to.
  /// `goesOn` hears how many names were looked at, of how many; where it doesn't, the rest stays.
  func removeAll(
    except kept: Set<String>, olderThan age: Double, goesOn: (Int, Int) -> Bool = { _, _ in true }
  ) -> (count: Int, byteCount: Int) {
    guard let folder else {
      let before = memory.count
      memory = memory.filter { kept.contains($0.key) }
      return (before - memory.count, 0)
    }
    var removed = (count: 0, byteCount: 0)
    guard let own = OwnFolder(folder) else { return removed }
    let now = Double(StoredInstant.now()) / 1000
    let names = own.names
    for (place, name) in names.enumerated() {
      guard goesOn(place, names.count) else { break }
      guard let object = Self.object(of: name[...]), !kept.contains(object),
        let file = own.regularFile(name), now - file.written >= age, holds(path(object), object)
      else { continue }
      if own.remove(name) { removed = (removed.count + 1, removed.byteCount + file.byteCount) }
    }
    return removed
  }

  /// What `removeAll` would remove, by names and sizes alone.
  func removable(except kept: Set<String>) -> (count: Int, byteCount: Int) {
    guard let folder else { return (memory.keys.count { !kept.contains($0) }, 0) }
    guard let own = OwnFolder(folder) else { return (0, 0) }
    return own.names.reduce(into: (count: 0, byteCount: 0)) { sum, name in
      guard let object = Self.object(of: name[...]), !kept.contains(object), let file = own.regularFile(name)
      else { return }
      sum = (sum.count + 1, sum.byteCount + file.byteCount)
    }
  }

  /// The object whose file has a name; nil for other names.
  private static func object(of name: Substring) -> String? {
    guard name.hasSuffix(suffix) else { return nil }
    let digits = name.dropLast(suffix.count)
    let isDigest =
      digits.utf8.count == 64
      && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isDigest ? String(digits) : nil
  }
}
