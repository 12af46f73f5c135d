internal import CZeroMQ
import Glibc
import Synchronization

/// libzmq's threads and all sockets of the process.
///
/// Unchecked, since a pointer is not `Sendable`: it never changes, and libzmq lets every thread use a context (zmq_ctx_new(3),
/// "thread safety").
final class ZeroMQContext: @unchecked Sendable {
  fileprivate let handle: UnsafeMutableRawPointer
  private let isTerminated = Atomic<Bool>(false)

  init() throws(ConnectionError) {
    guard let handle = zmq_ctx_new() else {
      throw .system(what: "sockets", reason: zeroMQMessage(zmq_errno()))
    }
    self.handle = handle
  }

  /// Makes every wait on a socket end; the sockets still have to be closed, each by its thread.
  func shutDown() { zmq_ctx_shutdown(handle) }

  /// Waits until every socket is closed and what it sent has left, or it lingered for its time.
  func terminate() {
    guard !isTerminated.exchange(true, ordering: .acquiringAndReleasing) else { return }
    while zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
  }

  deinit { terminate() }
}

/// libzmq's words for an error, which may be one of its own.
func zeroMQMessage(_ code: Int32) -> String { String(cString: zmq_strerror(code)) }

/// A socket, used by one thread alone and closed with its value.
struct Socket: ~Copyable {
  enum Kind { case router, publisher, reply }

  /// What waiting for several sockets goes by.
  let handle: UnsafeMutableRawPointer
  private let context: ZeroMQContext

  /// The largest message that is taken from a client, in bytes; the client that sends a larger one is cut off.
  private static let largest: Int64 = 1 << 28
  /// So long a socket that closes goes on sending, in milliseconds.
  private static let lingering: Int32 = 1000
  /// A message of more frames is none.
  private static let mostFrames = 4096

  /// A socket that clients reach at an endpoint.
  init(_ kind: Kind, in context: ZeroMQContext, at endpoint: String) throws(ConnectionError) {
    let type =
      switch kind {
      case .router: ZMQ_ROUTER;
      case .publisher: ZMQ_XPUB;
      case .reply: ZMQ_REP
      }
    guard let handle = zmq_socket(context.handle, type) else {
      throw .system(what: "socket", reason: zeroMQMessage(zmq_errno()))
    }
    Self.prepare(handle, kind)
    guard zmq_bind(handle, endpoint) == 0 else {
      let reason = zeroMQMessage(zmq_errno())
      zmq_close(handle)
      throw .notBound(endpoint: endpoint, reason: reason)
    }
    self.handle = handle
    self.context = context
  }

  private static func prepare(_ handle: UnsafeMutableRawPointer, _ kind: Kind) {
    // Each option is known to every libzmq since 4.1, and each value is in its range.
    func set(_ option: Int32, _ value: some FixedWidthInteger) {
      var value = value
      zmq_setsockopt(handle, option, &value, MemoryLayout.size(ofValue: value))
    }
    // Nothing is dropped: what a client doesn't take yet waits in memory.
    set(ZMQ_SNDHWM, 0 as Int32)
    set(ZMQ_LINGER, lingering)
    set(ZMQ_MAXMSGSIZE, largest)
    set(ZMQ_IPV6, 1 as Int32)
    switch kind {
    case .router: set(ZMQ_ROUTER_HANDOVER, 1 as Int32)
    case .publisher:
      set(ZMQ_XPUB_VERBOSE, 1 as Int32)
      set(ZMQ_XPUB_NODROP, 1 as Int32)
    case .reply: break
    }
  }

  deinit { zmq_close(handle) }

  /// Sends the frames of one message; false where nobody can have it.
  @discardableResult
  func send(_ frames: [[UInt8]]) -> Bool {
    for (index, frame) in frames.enumerated() {
      let flags = index + 1 < frames.count ? ZMQ_SNDMORE : 0
      while zmq_send(handle, frame, frame.count, flags) < 0 {
        guard zmq_errno() == EINTR else { return false }
      }
    }
    return true
  }

  /// The frames of the next message; nil where none is there, or the socket is at its end.
  ///
  /// A message of too many frames is one without any.
  func receive(waits: Bool = false) -> [[UInt8]]? {
    var frames: [[UInt8]] = []
    var count = 0
    while true {
      var part = zmq_msg_t()
      zmq_msg_init(&part)
      defer { zmq_msg_close(&part) }
      var size = zmq_msg_recv(&part, handle, waits ? 0 : ZMQ_DONTWAIT)
      while size < 0, zmq_errno() == EINTR { size = zmq_msg_recv(&part, handle, waits ? 0 : ZMQ_DONTWAIT) }
      guard size >= 0 else { return nil }
      count += 1
      if count <= Self.mostFrames {
        frames.append(Array(UnsafeRawBufferPointer(start: zmq_msg_data(&part), count: zmq_msg_size(&part))))
      }
      guard zmq_msg_more(&part) != 0 else { return count <= Self.mostFrames ? frames : [] }
    }
  }
}

/// Waits until something can be read from a socket or the descriptor, at most so many milliseconds.
///
/// False where waiting itself failed for good.
func waitForInput(_ sockets: [UnsafeMutableRawPointer], descriptor: Int32, milliseconds: Int) -> Bool {
  var items = sockets.map { zmq_pollitem_t(socket: $0, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
  items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
  return zmq_poll(&items, Int32(items.count), milliseconds) >= 0 || zmq_errno() == EINTR
}
