import Execution
package import GraphIR

/// Milliseconds for one image alone, and images a second at the batch size, measured now.
///
/// Both are the lower quartile of many runs: whatever else the machine does only ever adds time.
package struct Speed: Sendable {
  package var latencyMilliseconds: Double
  package var imagesPerSecond: Double
}

/// Measures models so that none gains by its place: they run in turn, a few images or batches of each again and again, so
/// that all see the same machine; the first run of a turn, for which the caches hold another model, does not count.
///
/// `model` gives the weights of one of `count` models, and is asked twice for each. Takes about half a second for each
/// model; returns nil where it was cancelled.
package func measureSpeeds(
  of count: Int, batchSize: Int = 64, cancellation: Cancellation, model: (Int) throws -> Model
) throws -> [Speed]? {
  var speeds: [Speed] = []
  for start in stride(from: 0, to: count, by: mostAtOnce) {
    let group = start..<min(start + mostAtOnce, count)
    func seconds(batch: Int) throws -> [Double] {
      let plans = try group.map { try InferencePlan(model($0).runnable(), batch: batch) }
      return try quartileSeconds(of: plans, cancellation: cancellation)
    }
    let single = try seconds(batch: 1)
    let batch = try seconds(batch: batchSize)
    if cancellation.isCancelled { return nil }
    speeds += zip(single, batch).map {
      Speed(latencyMilliseconds: 1000 * $0, imagesPerSecond: Double(batchSize) / $1)
    }
  }
  return speeds
}

/// Runs the model on blank images, warm, for about half a second.
package func measureSpeed(_ model: Model, batchSize: Int = 64) throws -> Speed {
  let runnable = try model.runnable()
  let single = try quartileSeconds(of: [InferencePlan(runnable, batch: 1)])
  let batch = try quartileSeconds(of: [InferencePlan(runnable, batch: batchSize)])
  return Speed(latencyMilliseconds: 1000 * single[0], imagesPerSecond: Double(batchSize) / batch[0])
}

/// Plans that are in memory together.
private let mostAtOnce = 8

/// Lower quartiles of the plans' seconds; what was measured so far where it was cancelled.
private func quartileSeconds(of plans: [InferencePlan], cancellation: Cancellation = Cancellation()) throws
  -> [Double]
{
  var times = plans.map { _ in [Double]() }
  for plan in plans { for _ in 0..<3 { try plan.run() } }
  let start = ContinuousClock.now
  let room = 0.25 * Double(plans.count)
  while times[0].count < 6 || (times[0].count < 200 && start.secondsUntilNow < room) {
    for (index, plan) in plans.enumerated() {
      try plan.run()
      for _ in 0..<runsInTurn {
        let runStart = ContinuousClock.now
        try plan.run()
        times[index].append(runStart.secondsUntilNow)
      }
    }
    if cancellation.isCancelled { break }
  }
  return times.map { $0.sorted()[$0.count / 4] }
}

private let runsInTurn = 3
