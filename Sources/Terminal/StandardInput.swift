import CEditLine
import Glibc

/// Lines of standard input as they arrive, so that a pipe can be answered line by line.
struct StandardInput {
  enum Line: Equatable {
    /// Without its newline.
    case text(String)
    case interrupted
    case end
    /// An errno value.
    case failed(Int32)
    /// Bytes that aren't UTF-8.
    case notText
  }

  private var pending: [UInt8] = []
  private var start = 0
  /// No newline is before here.
  private var searched = 0
  private var hasEnded = false

  init() {}

  /// Lines of a text, as if they had been read.
  init(text: String) {
    pending = Array(text.utf8)
    hasEnded = true
  }

  mutating func next() -> Line {
    while true {
      if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { (start, searched) = (end + 1, end + 1) }
        return Self.decode(pending[start..<end])
      }
      if hasEnded {
        guard start < pending.count else { return .end }
        defer { (start, searched) = (pending.count, pending.count) }
        return Self.decode(pending[start...])
      }
      pending.removeFirst(start)
      (start, searched) = (0, pending.count)
      if let stop = fill() { return stop }
    }
  }

  private mutating func fill() -> Line? {
    switch cel_wait(STDIN_FILENO) {
    case CEL_INTERRUPT: return .interrupted
    case CEL_RESIZE, CEL_CONTINUE: return nil
    case CEL_READABLE: break
    default: return .failed(errno)
    }
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN ? nil : .failed(errno) }
    if count == 0 { hasEnded = true }
    pending += chunk.prefix(count)
    return nil
  }

  private static func decode(_ bytes: ArraySlice<UInt8>) -> Line {
    let withoutReturn = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    return String(validating: withoutReturn, as: UTF8.self).map(Line.text) ?? .notText
  }
}
