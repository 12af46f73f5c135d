import Execution
import Training

/// What another run had otherwise than this process has by itself, and is computed with again.
package struct RunConditions: Sendable, Equatable {
  /// Threads of kernels; nil for those that the process has.
  package var threads: Int?
  /// Integer models are made as for a processor that adds products of bytes with saturation.
  package var saturatesByteProducts: Bool
  /// Is added to every seed but those of drawn images.
  package var seedShift: UInt64

  package init(threads: Int? = nil, saturatesByteProducts: Bool = false, seedShift: UInt64 = 0) {
    self.threads = threads
    self.saturatesByteProducts = saturatesByteProducts
    self.seedShift = seedShift
  }

  /// Threads that kernels of the calling thread run on.
  package static var ownThreads: Int { Processor.threadCount }

  /// Computes under the conditions; what the calling thread had is as before afterwards.
  package func compute<Result>(_ body: () -> Result) -> Result {
    let before = Processor.threadCount
    if let threads, threads != before { Processor.useThreads(threads) }
    defer { if let threads, threads != before { Processor.useThreads(before) } }
    return Processor.$saturatesByteProducts.withValue(
      saturatesByteProducts || Processor.saturatesByteProducts
    ) {
      withSeedsShifted(by: seedShift, body)
    }
  }
}
