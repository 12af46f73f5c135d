import Glibc

/// A process by its id and the moment of its start, since the system gives the id of one that ended to another.
struct LockHolder: Equatable {
  let id: Int32
  /// Clock ticks from the machine's start to that of the process; nil where that is not known.
  let start: Int64?

  /// The process that asks.
  static var own: LockHolder {
    let id = getpid()
    return LockHolder(id: id, start: ProcessMark.startOf(id))
  }

  private init(id: Int32, start: Int64?) {
    self.id = id
    self.start = start
  }

  /// From "4711 123456", or the id alone, with or without a line feed after it; nil for all else.
  init?(_ bytes: [UInt8]) {
    let text = String(
      decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
    let numbers = text.split(separator: " ", omittingEmptySubsequences: false)
    guard (1...2).contains(numbers.count),
      numbers.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let id = Int32(numbers[0]), id > 0
    else { return nil }
    if numbers.count == 2 {
      guard let start = Int64(numbers[1]) else { return nil }
      self.init(id: id, start: start)
    } else {
      self.init(id: id, start: nil)
    }
  }

  /// As it is written down.
  var line: String { start.map { "\(id) \($0)\n" } ?? "\(id)\n" }

  /// Whether this very process runs, and not one that has its id now.
  var runs: Bool {
    guard kill(id, 0) == 0 || errno == EPERM else { return false }
    // Where the system tells of no process when it began, the id must do.
    guard let start, ProcessMark.own != nil else { return true }
    return ProcessMark.startOf(id) == start
  }
}
