import Glibc

/// What is known of the client by the process that started the kernel.
enum ClientProgram {
  /// True for `jupyter console`, which leaves standing what an output was before it changed: progress would be
  /// printed once for each time that it moved, and every output of such a cell twice.
  static let isConsole: Bool = {
    let file = open("/proc/\(getppid())/cmdline", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    let words = bytes.prefix(max(0, count)).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return words.contains { word in
      let name = word.split(separator: "/").last ?? ""
      return name == "jupyter-console" || name == "jupyter_console"
    }
  }()
}
