import Dispatch
import Foundation

/// A thread of the kernel with a name and an end that can be waited for.
final class KernelThread: Sendable {
  private let ended = DispatchSemaphore(value: 0)

  /// Bytes of stack: as much as the main thread has, on which cells run elsewhere.
  private static let stack = 8 << 20

  init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [ended] in
      body()
      ended.signal()
    }
    thread.name = name
    thread.stackSize = Self.stack
    thread.start()
  }

  /// True once the thread has ended; waits for that so many milliseconds.
  func hasEnded(within milliseconds: Int) -> Bool {
    guard ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return false }
    ended.signal()
    return true
  }
}
