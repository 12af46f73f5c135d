import Datasets
import GraphIR
import Testing
import Training

/// What is said of times that differ from pass to pass.
@Suite struct PassTimesTests {
  /// Numbers from 0 to 1 that follow from a seed.
  private struct Draws {
    var state: UInt64

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(UInt64(1) << 53)
    }
  }

  @Test func theMedianIsTheMiddleAndTheSpreadReachesToTheFartherQuartile() {
    let times = PassTimes(rounds: [[4, 1, 2, 3, 100]])
    #expect(times.median == 3)
    #expect(abs(times.spread - 1.0 / 3) < 1e-12)
    #expect(PassTimes(rounds: [[2, 2, 2, 2]]).spread == 0.01)
    #expect(PassTimes().median == 0)
  }

  @Test func whatStaysForARoundCounts() {
    let times = PassTimes(rounds: [[10, 10, 10], [10, 10, 10], [12, 12, 12]])
    #expect(abs(times.spread - 0.2) < 1e-12)
  }

  /// Passes in turn: the machine's moods are the same for both, whatever they are.
  @Test(arguments: [0.001, 0.02, 0.3, 2.0], [1, 2, 3] as [UInt64])
  func theSameTwiceDiffersByLessThanItsSpread(noise: Double, seed: UInt64) {
    var draws = Draws(state: seed)
    var apart = 0
    for _ in 0..<200 {
      var (one, other) = (PassTimes(rounds: []), PassTimes(rounds: []))
      var rounds: ([[Double]], [[Double]]) = ([], [])
      for _ in 0..<3 {
        // A round has a pace of its own, and now and then another program takes the machine.
        let pace = 1 + noise * draws.next()
        func pass() -> Double { pace * (1 + noise * draws.next() + (draws.next() > 0.9 ? 3 * noise : 0)) }
        var turns: ([Double], [Double]) = ([], [])
        for _ in 0..<12 {
          turns.0.append(pass())
          turns.1.append(pass())
        }
        rounds.0.append(turns.0)
        rounds.1.append(turns.1)
      }
      (one, other) = (PassTimes(rounds: rounds.0), PassTimes(rounds: rounds.1))
      if abs(one.median - other.median) > max(one.spread * one.median, other.spread * other.median) {
        apart += 1
      }
    }
    #expect(apart <= 2, "\(apart) of 200")
  }

  @Test func aSpeedSaysWhetherTheMachineWasBusy() {
    let calm = Speed(
      single: PassTimes(rounds: [[0.002, 0.00202, 0.00201]]), batch: PassTimes(rounds: [[0.1, 0.1, 0.1]]),
      batchSize: 64)
    #expect(abs(calm.latencyMilliseconds - 2.01) < 1e-9 && abs(calm.imagesPerSecond - 640) < 1e-9)
    #expect(!calm.isDisturbed && calm.isLike(calm) && calm.ratio(over: calm) == 1)
    let busy = Speed(
      single: PassTimes(rounds: [[0.002, 0.003, 0.004, 0.001]]), batch: PassTimes(rounds: [[0.1, 0.1, 0.1]]),
      batchSize: 64)
    #expect(busy.isDisturbed && busy.spread == busy.latencySpread)
  }

  @Test(arguments: [
    (nil, 0.5), ("2", 2), ("0.05", 0.05), ("0", 0.01), ("1e9", 60), ("nan", 0.5), ("soon", 0.5), ("", 0.5),
  ])
  func theEnvironmentSaysHowLongAModelIsTimed(text: String?, seconds: Double) {
    #expect(TimingSeconds.parsed(text) == seconds)
  }

  @Test func modelsAreMeasuredInTurnAndProgressGoesOn() throws {
    let graph = try #require(Architecture.named("lenet5")).build(
      Shape(channels: 1, height: 28, width: 28), 10)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
    var asked: [Int] = []
    var parts: [Int] = []
    let speeds = try measureSpeeds(
      of: 2, batchSize: 8, secondsEach: 0.05, cancellation: Cancellation(),
      progress: { done, total in
        parts.append(done)
        #expect(total == 6)
      },
      model: {
        asked.append($0)
        return model
      })
    #expect(speeds?.count == 2 && speeds?.allSatisfy { $0.batchSize == 8 && $0.imagesPerSecond > 0 } == true)
    #expect(asked == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    #expect(parts == [0, 1, 2, 3, 4, 5])
    let stopped = Cancellation()
    stopped.cancel()
    #expect(try measureSpeeds(of: 1, cancellation: stopped) { _ in model } == nil)
  }
}
