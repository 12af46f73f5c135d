import Datasets
import Foundation
import Testing
import Training

@Suite struct LearningRateSweepTests {
  /// A loss that is flat, falls around a rate, and rises behind another.
  private func course(fallsAt fall: Double, by drop: Double, risesAt rise: Double) -> [Double] {
    LearningRateSweep.rates.map { rate in
      2.3 - drop / (1 + exp(-4 * log10(rate / fall))) + 10 / (1 + exp(-8 * log10(rate / rise)))
    }
  }

  @Test(arguments: [1e-4, 1e-3, 1e-2])
  func theRateIsWhereTheLossFallsSteepest(fall: Double) throws {
    let sweep = LearningRateSweep(
      losses: course(fallsAt: fall, by: 1.5, risesAt: 100 * fall), diverged: false)
    guard case .steepest(let rate) = sweep.choice else {
      Issue.record("\(sweep.choice)")
      return
    }
    // Within a third of a decade, over which losses are averaged.
    #expect(abs(log10(rate / fall)) < 0.34, "\(rate)")
  }

  @Test func aNetworkThatHasLearnedTakesATenthOfTheLeast() throws {
    let sweep = LearningRateSweep(
      losses: course(fallsAt: 1e-3, by: 0.05, risesAt: 1e-1), diverged: false)
    let least = try #require(sweep.points.min { $0.smoothed < $1.smoothed })
    guard case .belowLeast(let rate) = sweep.choice else {
      Issue.record("\(sweep.choice)")
      return
    }
    #expect(abs(rate / (least.rate / 10) - 1) < 0.05)
  }

  @Test func whereTheLossOnlyRisesThereIsNoRate() {
    let rising = LearningRateSweep.rates.indices.map { 0.1 + 0.01 * Double($0) }
    #expect(LearningRateSweep(losses: rising, diverged: true).choice == .none)
    #expect(LearningRateSweep(losses: [], diverged: true).choice == .none)
  }

  @Test func aSweepOfANetworkRepeatsToTheBitAndFindsARateThatLearns() throws {
    let data = try TrainingTests.shapes()
    func sweep() throws -> LearningRateSweep? {
      try sweepLearningRate(
        TrainingTests.tiny(data), on: data, recipe: TrainingRecipe(batchSize: 64),
        cancellation: Cancellation()
      ) { _, _, _, _ in }
    }
    let (one, other) = (try #require(try sweep()), try #require(try sweep()))
    #expect(one.points == other.points)
    let rate = try #require(one.choice.rate)
    func loss(_ rate: Double) throws -> Double? {
      try train(
        TrainingTests.tiny(data), on: data,
        recipe: TrainingRecipe(epochs: 4, batchSize: 64, learningRate: rate), cancellation: Cancellation()
      ) { _ in }.lastEpoch?.loss
    }
    #expect(try #require(try loss(rate)) < (try #require(try loss(rate / 1000))))
  }

  @Test func aCancelledSweepGivesNothing() throws {
    let data = try TrainingTests.shapes()
    let cancellation = Cancellation()
    let sweep = try sweepLearningRate(
      TrainingTests.tiny(data), on: data, recipe: TrainingRecipe(batchSize: 64), cancellation: cancellation
    ) { done, _, _, _ in if done == 3 { cancellation.cancel() } }
    #expect(sweep == nil)
  }
}
