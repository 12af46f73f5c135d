import Synchronization

/// A flag that a front-end raises from another thread or a signal; runs look at it between steps.
package final class Cancellation: Sendable {
  private let raised = Atomic<Bool>(false)

  package init() {}

  package var isCancelled: Bool { raised.load(ordering: .relaxed) }
  package func cancel() { raised.store(true, ordering: .relaxed) }
}
