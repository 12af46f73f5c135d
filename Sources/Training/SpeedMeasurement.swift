import Execution
package import GraphIR

/// Milliseconds for one image alone, and images a second at the batch size, measured now.
///
/// Both are the lower quartile of many runs: whatever else the machine does only ever adds time.
package struct Speed: Sendable {
  package var latencyMilliseconds: Double
  package var imagesPerSecond: Double
}

/// Measures models so that none gains by its place: all in order and then all in reverse, after a run that warms the
/// processor up and is not counted; the better of a model's two figures holds.
///
/// `model` gives the weights of one of `count` models, and is asked twice for each. Takes about a second for each model;
/// returns nil where it was cancelled.
package func measureSpeeds(
  of count: Int, batchSize: Int = 64, cancellation: Cancellation, model: (Int) throws -> Model
) throws -> [Speed]? {
  guard count > 0 else { return [] }
  var speeds = [Speed?](repeating: nil, count: count)
  _ = try measureSpeed(model(0), batchSize: batchSize)
  for index in Array(0..<count) + (0..<count).reversed() {
    if cancellation.isCancelled { return nil }
    let now = try measureSpeed(model(index), batchSize: batchSize)
    let before = speeds[index] ?? now
    speeds[index] = Speed(
      latencyMilliseconds: min(before.latencyMilliseconds, now.latencyMilliseconds),
      imagesPerSecond: max(before.imagesPerSecond, now.imagesPerSecond))
  }
  return speeds.compactMap { $0 }
}

/// Runs the model on blank images, warm, for up to half a second.
package func measureSpeed(_ model: Model, batchSize: Int = 64) throws -> Speed {
  let runnable = try model.runnable()
  let single = try quartileSeconds(of: InferencePlan(runnable, batch: 1))
  let batch = try quartileSeconds(of: InferencePlan(runnable, batch: batchSize))
  return Speed(latencyMilliseconds: 1000 * single, imagesPerSecond: Double(batchSize) / batch)
}

private func quartileSeconds(of plan: InferencePlan) throws -> Double {
  for _ in 0..<3 { try plan.run() }
  var times: [Double] = []
  let start = ContinuousClock.now
  while times.count < 5 || (times.count < 200 && start.secondsUntilNow < 0.25) {
    let runStart = ContinuousClock.now
    try plan.run()
    times.append(runStart.secondsUntilNow)
  }
  return times.sorted()[times.count / 4]
}
