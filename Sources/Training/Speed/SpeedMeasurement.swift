package import Execution
package import GraphIR

/// Measures models so that none gains by its place: passes of all go in turn, each turn beginning with the next, warm
/// and on the threads that the kernels of the calling thread have.
///
/// A pass runs a model as often as a clock needs to tell, behind one run for which the caches hold another model. Float models multiply `precision`. In each
/// of three rounds the models are compiled anew, so that where their buffers lie is no figure of theirs. `model` gives the
/// weights of one of `count` models, and is asked again and again. Takes about as many seconds for each model as are asked
/// for, longer where one image takes long; `progress` gets parts done and in all. Nil where it was cancelled.
package func measureSpeeds(
  of count: Int, batchSize: Int = 64, precision: TrainingPrecision = .float32,
  secondsEach: Double = TimingSeconds.asked, cancellation: Cancellation,
  progress: (Int, Int) -> Void = { _, _ in }, model: (Int) throws -> Model
) throws -> [Speed]? {
  let groups = stride(from: 0, to: count, by: mostAtOnce).map { $0..<min($0 + mostAtOnce, count) }
  let parts = 2 * rounds * groups.count
  var (single, batch) = (
    Array(repeating: PassTimes(), count: count), Array(repeating: PassTimes(), count: count)
  )
  var size = batchSize
  var done = 0
  let room = secondsEach / Double(2 * rounds)
  func measure(_ images: Int, _ round: Int, _ times: inout [PassTimes]) throws -> Bool {
    for group in groups {
      progress(done, parts)
      done += 1
      let plans = try group.map {
        try InferencePlan(model($0).runnable(), batch: images, precision: precision)
      }
      let isComplete = try time(plans, room, cancellation) {
        times[group.lowerBound + $0].add($1, round: round)
      }
      guard isComplete else { return false }
    }
    return true
  }
  for round in 0..<rounds {
    guard try measure(1, round, &single) else { return nil }
    // The batch is the same for all models and rounds.
    if round == 0 { size = fittingBatch(single.map(\.median).max() ?? 0, batchSize) }
    guard try measure(size, round, &batch) else { return nil }
  }
  return zip(single, batch).map { Speed(single: $0, batch: $1, batchSize: size) }
}

/// Plans that are in memory together.
private let mostAtOnce = 8
private let rounds = 3
/// Seconds that a pass is to take, so that a clock can tell.
private let shortestPass = 0.001
/// Seconds that a batch may take.
private let longestBatch = 0.5

/// The largest power of two up to the usual size that takes no longer than a batch may.
private func fittingBatch(_ secondsForOne: Double, _ usual: Int) -> Int {
  var size = max(usual, 1)
  while size > 1, Double(size) * secondsForOne > longestBatch { size /= 2 }
  return size
}

/// Runs plans in turn until each had its seconds of `room`, three times at least and once where a run takes long; false
/// where it was cancelled.
private func time(
  _ plans: [InferencePlan], _ room: Double, _ cancellation: Cancellation, _ add: (Int, Double) -> Void
) throws -> Bool {
  var repeats: [Int] = []
  var slowest = 0.0
  for plan in plans {
    try plan.run()
    if cancellation.isCancelled { return false }
    let seconds = try seconds(of: plan, repeats: 1)
    slowest = max(slowest, seconds)
    repeats.append(min(1000, max(1, Int((shortestPass / max(seconds, 1e-6)).rounded(.up)))))
    if cancellation.isCancelled { return false }
  }
  let start = ContinuousClock.now
  let least = slowest < longestBatch / 5 ? 3 : 1
  var turn = 0
  while turn < least || (turn < 100 && start.secondsUntilNow < room * Double(plans.count)) {
    for offset in plans.indices {
      let index = (turn + offset) % plans.count
      if slowest < longestBatch / 5 { try plans[index].run() }
      add(index, try seconds(of: plans[index], repeats: repeats[index]))
      if cancellation.isCancelled { return false }
    }
    turn += 1
  }
  return true
}

private func seconds(of plan: InferencePlan, repeats: Int) throws -> Double {
  let start = ContinuousClock.now
  for _ in 0..<repeats { try plan.run() }
  return start.secondsUntilNow / Double(repeats)
}
