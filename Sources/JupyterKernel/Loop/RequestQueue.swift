import Dispatch
import Synchronization

/// Requests of the shell channel on their way to the thread that answers them, in order.
final class RequestQueue: Sendable {
  enum Item: Sendable {
    case request(WireMessage)
    /// What stands before it had arrived when the mark was asked for.
    case mark
    /// The last one: the kernel ends.
    case end
  }

  private let items = Mutex<[Item]>([])
  private let count = DispatchSemaphore(value: 0)

  func put(_ item: Item) {
    items.withLock { $0.append(item) }
    count.signal()
  }

  /// Drops what waits, so that the end is next.
  func end() {
    items.withLock { $0.removeAll() }
    put(.end)
  }

  /// The next item; waits for it.
  func next() -> Item {
    while true {
      count.wait()
      // Dropped items have left their counts.
      if let item = items.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return item }
    }
  }
}
