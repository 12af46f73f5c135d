import Execution
package import GraphIR

/// Milliseconds for one image alone, and images a second at the batch size, measured now.
///
/// Both are the lower quartile of many runs: whatever else the machine does only ever adds time.
package struct Speed: Sendable {
  package var latencyMilliseconds: Double
  package var imagesPerSecond: Double
}

/// Runs the model on blank images, warm, for up to about a second.
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
  while times.count < 5 || (times.count < 100 && start.secondsUntilNow < 0.5) {
    let runStart = ContinuousClock.now
    try plan.run()
    times.append(runStart.secondsUntilNow)
  }
  return times.sorted()[times.count / 4]
}
