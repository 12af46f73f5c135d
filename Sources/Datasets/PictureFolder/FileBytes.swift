import Glibc

/// The bytes of a file, in memory of their own.
struct FileBytes: ~Copyable {
  /// Bytes of a picture's file at the most.
  static let most = 256 << 20

  private let memory: UnsafeMutableRawBufferPointer

  /// Reads a regular file; `reason` of what is thrown goes on from the file's name.
  init(_ path: String) throws(FileReadingError) { memory = try FileBytes.read(path) }

  deinit { memory.deallocate() }

  /// Lends the bytes.
  func withBytes<T, E>(_ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
    try body(UnsafeRawBufferPointer(memory))
  }

  private static func read(_ path: String) throws(FileReadingError) -> UnsafeMutableRawBufferPointer {
    // A pipe of a picture's name must not make the program wait for what is written to it.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .system() }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileReadingError(reason: "it is not a file") }
    guard status.st_size <= FileBytes.most else {
      throw FileReadingError(reason: "it has more than \(FileBytes.most >> 20) MiB")
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(status.st_size), alignment: 16)
    var filled = 0
    while filled < memory.count {
      guard let base = memory.baseAddress else { break }
      let got = Glibc.read(file, base + filled, memory.count - filled)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        let error =
          got < 0
          ? FileReadingError.system() : FileReadingError(reason: "it became shorter while it was read")
        memory.deallocate()
        throw error
      }
      filled += got
    }
    return memory
  }
}

/// Why a file can't be read, in a clause that goes on from its name.
struct FileReadingError: Error {
  var reason: String

  /// The system's own text of what failed last.
  static func system() -> FileReadingError {
    FileReadingError(reason: "it can't be read: " + String(cString: strerror(errno)))
  }
}
