import Glibc

/// Which process a row is of, so that a later one with the same number isn't taken for it.
package struct ProcessMark: Hashable, Sendable {
  package var id: Int32
  /// Clock ticks from the system's start to the process's.
  package var startedAt: Int64
  /// The start of the system that the ticks are counted from.
  package var boot: String

  package init(id: Int32, startedAt: Int64, boot: String) {
    self.id = id
    self.startedAt = startedAt
    self.boot = boot
  }

  /// This process; nil where the system doesn't tell when it began.
  package static let own: ProcessMark? = startOf(getpid()).map {
    ProcessMark(id: getpid(), startedAt: $0, boot: currentBoot)
  }

  /// Whether it is running on this system now: one of another system, or of before a restart, is not.
  package var isRunning: Bool { boot == Self.currentBoot && Self.startOf(id) == startedAt }

  private static let currentBoot: String = {
    let bytes = AtomicFile.prefix("/proc/sys/kernel/random/boot_id", count: 64)
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }()

  /// When a process began; nil where there is none, or it has ended and only waits for its parent.
  static func startOf(_ id: Int32) -> Int64? {
    let line = String(decoding: AtomicFile.prefix("/proc/\(id)/stat", count: 4096), as: UTF8.self)
    // proc(5): the name, in parentheses, may hold anything; behind it are the state, field 3, and the start, field 22.
    guard let end = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
    return Int64(fields[19])
  }
}
