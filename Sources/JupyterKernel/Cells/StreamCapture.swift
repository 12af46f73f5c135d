import Dispatch
import Glibc
import Synchronization
import Text

/// What C libraries print to the process's standard streams, as outputs of the cell that runs.
///
/// Both descriptors lead into pipes from the beginning to the end of the process, and one thread reads these.
final class StreamCapture: Sendable {
  private struct Stream {
    let name: String
    let readEnd: Int32
    /// Bytes of a character whose rest hasn't come.
    var rest: [UInt8] = []
  }

  private let wake: WakePipe
  private let ends: [(name: String, readEnd: Int32)]
  /// Called with the stream's name and a text.
  private let deliver: @Sendable (String, String) -> Void
  private let waiting = Mutex<[DispatchSemaphore]>([])

  /// Leads the standard streams into pipes.
  init(deliver: @escaping @Sendable (String, String) -> Void) throws(ConnectionError) {
    self.deliver = deliver
    wake = try WakePipe()
    var ends: [(String, Int32)] = []
    for (name, descriptor) in [("stdout", STDOUT_FILENO), ("stderr", STDERR_FILENO)] {
      let (readEnd, writeEnd) = try makePipe(isBlocking: true)
      _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
      guard dup2(writeEnd, descriptor) >= 0 else {
        throw .system(what: "standard stream", reason: String(cString: strerror(errno)))
      }
      close(writeEnd)
      ends.append((name, readEnd))
    }
    self.ends = ends
  }

  /// Returns once everything that was printed so far is delivered.
  func flush() {
    fflush(nil)
    let done = DispatchSemaphore(value: 0)
    waiting.withLock { $0.append(done) }
    wake.wake()
    done.wait()
  }

  /// Reads until the process ends.
  func run() {
    var streams = ends.map { Stream(name: $0.name, readEnd: $0.readEnd) }
    while true {
      var polled = (streams.map(\.readEnd) + [wake.readEnd]).map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { return }
      wake.drain()
      // Who waits by now has flushed before, so that its bytes are in the pipes.
      let flushed = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      for index in streams.indices { read(&streams[index], isWhole: !flushed.isEmpty) }
      for semaphore in flushed { semaphore.signal() }
    }
  }

  /// Delivers what a pipe holds; `isWhole` where no rest of a character is waited for.
  private func read(_ stream: inout Stream, isWhole: Bool) {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(stream.readEnd, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      stream.rest += chunk.prefix(count)
      deliver(&stream, isWhole: false)
    }
    if isWhole { deliver(&stream, isWhole: true) }
  }

  private func deliver(_ stream: inout Stream, isWhole: Bool) {
    let end = isWhole ? stream.rest.count : lengthOfWholeCharacters(stream.rest)
    guard end > 0 else { return }
    deliver(stream.name, String(decoding: stream.rest.prefix(end), as: UTF8.self))
    stream.rest.removeFirst(end)
  }
}

/// How many bytes end where a character of UTF-8 does, or is broken beyond repair.
package func lengthOfWholeCharacters(_ bytes: [UInt8]) -> Int {
  for back in 1...3 where back <= bytes.count {
    let byte = bytes[bytes.count - back]
    guard byte & 0xC0 != 0x80 else { continue }
    let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
    return length > back ? bytes.count - back : bytes.count
  }
  return bytes.count
}
