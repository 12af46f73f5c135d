import Glibc

/// A pipe by which one thread wakes another that waits for descriptors.
final class WakePipe: Sendable {
  /// Can be read once somebody called `wake`.
  let readEnd: Int32
  private let writeEnd: Int32

  init() throws(ConnectionError) {
    (readEnd, writeEnd) = try makePipe(isBlocking: false)
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func wake() {
    var byte: UInt8 = 1
    // A pipe that is full wakes as well.
    while write(writeEnd, &byte, 1) < 0, errno == EINTR {}
  }

  /// Takes what woke; to be called before looking for work.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while true {
      let count = read(readEnd, &bytes, bytes.count)
      guard count == bytes.count || (count < 0 && errno == EINTR) else { return }
    }
  }
}

/// A pipe that programs which are started don't have.
func makePipe(isBlocking: Bool) throws(ConnectionError) -> (readEnd: Int32, writeEnd: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else {
    throw .system(what: "pipe", reason: String(cString: strerror(errno)))
  }
  for end in ends {
    _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    if !isBlocking { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }
  return (ends[0], ends[1])
}
