/// How fast a model computes, measured now: medians over passes, each with how far it may be off.
package struct Speed: Hashable, Sendable {
  /// For one image alone.
  package var latencyMilliseconds: Double
  /// In batches of `batchSize`.
  package var imagesPerSecond: Double
  /// Shares of the figures themselves: 0.03 for ±3 %.
  package var latencySpread, throughputSpread: Double
  /// Images of a batch: fewer than usual where so many would take long.
  package var batchSize: Int

  package init(single: PassTimes, batch: PassTimes, batchSize: Int) {
    latencyMilliseconds = 1000 * single.median
    imagesPerSecond = batch.median > 0 ? Double(batchSize) / batch.median : 0
    (latencySpread, throughputSpread) = (single.spread, batch.spread)
    self.batchSize = batchSize
  }

  /// The greater of the two spreads.
  package var spread: Double { max(latencySpread, throughputSpread) }

  /// True where passes lie so far apart that something else computes beside them.
  package var isDisturbed: Bool { spread > Self.undisturbed }

  /// What passes on a quiet machine stay below, also those of networks that take microseconds.
  private static let undisturbed = 0.15

  /// How much faster it classifies one image than another model does.
  package func ratio(over other: Speed) -> Double {
    latencyMilliseconds > 0 ? other.latencyMilliseconds / latencyMilliseconds : 1
  }

  /// True where the latencies differ by no more than both may be off.
  package func isLike(_ other: Speed) -> Bool {
    abs(latencyMilliseconds - other.latencyMilliseconds)
      <= max(latencySpread * latencyMilliseconds, other.latencySpread * other.latencyMilliseconds)
  }
}
