import Glibc
import Synchronization
import TensorFiles

/// Checkpoints of runs by their names: `checkpoints/<name>.safetensors`, or in memory.
final class CheckpointFiles: Sendable {
  /// The folder of the files; nil keeps them in `memory`.
  private let folder: String?
  private let memory = Mutex<[String: WeightsFile]>([:])
  private static let suffix = ".safetensors"

  init(folder: String?) { self.folder = folder }

  /// Where a file lies, for people.
  func path(_ name: String) -> String { folder.map { "\($0)/\(name)\(Self.suffix)" } ?? "\(name) in memory" }

  struct Cancelled: Error {}

  /// Writes a file durably, unless `isCancelled` says meanwhile that it is of no use any more.
  ///
  /// Returns its size and SHA-256. Throws `Cancelled`, or `StoreError.unwritable`; then nothing is left of it.
  func write(
    _ name: String, _ file: WeightsFile, isCancelled: () -> Bool
  ) throws -> (byteCount: Int, digest: String) {
    let layout = try WeightsFile.Layout(file)
    guard let folder else {
      memory.withLock { $0[name] = file }
      return (layout.byteCount, "")
    }
    let path = path(name)
    do {
      try Folder.make(folder)
      let digest = layout.digest
      try AtomicFile.write(path) { append in
        try layout.forEachChunk { chunk in
          for start in stride(from: 0, to: chunk.count, by: Self.piece) {
            if isCancelled() { throw Cancelled() }
            try append(UnsafeRawBufferPointer(rebasing: chunk[start..<min(start + Self.piece, chunk.count)]))
          }
        }
      }
      return (layout.byteCount, digest)
    } catch let error as FileError {
      throw StoreError.unwritable(path: path, reason: error.reason)
    }
  }

  /// Bytes between two looks at whether the file is still wanted.
  private static let piece = 1 << 20

  /// Reads a file and verifies that it is what was written; throws `StoreError.unreadable`.
  func read(_ record: CheckpointRecord) throws(StoreError) -> WeightsFile {
    let path = path(record.name)
    guard folder != nil else {
      guard let file = memory.withLock({ $0[record.name] }) else {
        throw .unreadable(path: path, reason: "is gone")
      }
      return file
    }
    let bytes: [UInt8]
    do {
      bytes = try AtomicFile.read(path, limit: record.byteCount)
    } catch {
      throw .unreadable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
    guard WeightsFile.digest(of: bytes) == record.digest else {
      throw .unreadable(path: path, reason: "it does not hold the bytes that were written (SHA-256 differs)")
    }
    do {
      return try WeightsFile(bytes: bytes)
    } catch {
      throw .weights(path: path, reason: error)
    }
  }

  func remove(_ names: some Sequence<String>) {
    for name in names {
      memory.withLock { $0[name] = nil }
      if folder != nil { unlink(path(name)) }
    }
  }

  /// Removes files that no row names, and what a process that died left half-written; only the one writer may do this.
  func removeAll(except kept: Set<String>) {
    memory.withLock { $0 = $0.filter { kept.contains($0.key) } }
    guard let folder, let own = OwnFolder(folder) else { return }
    own.removeTemporaries { Self.name(of: $0) != nil }
    for file in own.names {
      guard let name = Self.name(of: file[...]), !kept.contains(name), own.regularFile(file) != nil else {
        continue
      }
      _ = own.remove(file)
    }
  }

  /// The checkpoint whose file has a name, a run's id and a number; nil for other names.
  private static func name(of file: Substring) -> String? {
    guard file.hasSuffix(suffix) else { return nil }
    let name = file.dropLast(suffix.count)
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 36, !parts[1].isEmpty,
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return String(name)
  }
}
