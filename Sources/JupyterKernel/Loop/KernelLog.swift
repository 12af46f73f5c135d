import Glibc
import Synchronization

/// Lines about the kernel itself, on the standard error that it was started with: Jupyter's own log.
final class KernelLog: Sendable {
  private let descriptor: Int32
  private let written = Mutex(0)

  /// So many lines are written: whoever sends nonsense without end fills no disk.
  private static let most = 200

  /// Keeps the standard error of now, whatever becomes of it later.
  init() {
    let copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    descriptor = copy >= 0 ? copy : STDERR_FILENO
  }

  func write(_ line: String) {
    let count = written.withLock { count in
      count += 1
      return count
    }
    guard count <= Self.most else { return }
    let end = count == Self.most ? "\nqatlab kernel: further lines are left out" : ""
    let bytes = Array("qatlab kernel: \(line)\(end)\n".utf8)
    // A log that can't be written has no other place.
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
