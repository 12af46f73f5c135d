import Synchronization

/// The one way from the threads that work to the thread that owns the sockets: what is put in first leaves first.
///
/// So a request's busy, its outputs, its reply and its idle are on the wire in the order in which they were made.
final class Outbox: Sendable {
  enum Channel: Sendable { case shell, iopub }

  enum Item: Sendable {
    case frames(Channel, [[UInt8]])
    /// Every request that has arrived by now is to be put into the queue, and the end of them marked.
    case markArrivals
  }

  private let items = Mutex<[Item]>([])
  private let wake: WakePipe
  private let signer: Signer

  init(wake: WakePipe, signer: Signer) {
    self.wake = wake
    self.signer = signer
  }

  func put(_ message: WireMessage, on channel: Channel) {
    add(.frames(channel, message.frames(signedBy: signer)))
  }

  func markArrivals() { add(.markArrivals) }

  private func add(_ item: Item) {
    let isFirst = items.withLock { items in
      items.append(item)
      return items.count == 1
    }
    if isFirst { wake.wake() }
  }

  /// Everything that was put in since the last time, the oldest first.
  func take() -> [Item] {
    items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
