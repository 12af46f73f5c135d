import Datasets
import Testing
import Training

/// Which epoch a run ends with, and when.
@Suite struct EpochChoiceTests {
  private static let data: Result<Dataset, DatasetError> = Result { () throws(DatasetError) in
    try loadDataset(DatasetRequest(name: "shapes", limit: 400, testLimit: 100, validation: .share(0.25)))
  }

  /// The run's outcome and its validation accuracies and losses.
  private func run(
    _ selection: EpochSelection?, epochs: Int, rate: Double = 1e-2
  ) throws -> (outcome: TrainingOutcome, epochs: [EpochReport]) {
    let data = try Self.data.get()
    var reports: [EpochReport] = []
    let recipe = TrainingRecipe(
      epochs: epochs, batchSize: 50, learningRate: rate, schedule: .constant, selection: selection)
    let outcome = try train(
      TrainingTests.tiny(data), on: data, recipe: recipe, cancellation: Cancellation()
    ) { if case .epoch(let report) = $0 { reports.append(report) } }
    return (outcome, reports)
  }

  @Test func theBestEpochIsKeptAndMeasuredOnTestImages() throws {
    let data = try Self.data.get()
    let (outcome, epochs) = try run(EpochSelection(keepsBest: true), epochs: 8, rate: 3e-2)
    #expect(epochs.count == 8 && epochs.allSatisfy(\.isOfValidation))
    let best = try #require(
      epochs.max { ($0.testAccuracy, -$0.testLoss) < ($1.testAccuracy, -$1.testLoss) })
    let chosen = try #require(outcome.chosenEpoch)
    #expect(chosen.epoch == best.epoch)
    let validation = try #require(data.validation)
    let again = try #require(
      try evaluate(outcome.model, on: validation, of: data, cancellation: Cancellation()))
    #expect(again.accuracy == chosen.testAccuracy && again.loss == chosen.testLoss)
    let test = try #require(
      try evaluate(outcome.model, on: data.test, of: data, cancellation: Cancellation()))
    #expect(outcome.test?.accuracy == test.accuracy && outcome.test?.loss == test.loss)
    #expect(outcome.lastPredictions == test.predictions)
  }

  @Test(arguments: [1, 2, 3])
  func aRunEndsAfterSoManyEpochsThatAreNoBetter(patience: Int) throws {
    let (whole, all) = try run(nil, epochs: 14, rate: 3e-2)
    #expect(!whole.stoppedEarly && whole.chosenEpoch == nil)
    // The first place where so many epochs in a row were no better than the best before them.
    var (best, waited, end) = ((-1.0, 0.0), 0, all.count)
    for (place, epoch) in all.enumerated() {
      let own = (epoch.testAccuracy, -epoch.testLoss)
      if own > best { (best, waited) = (own, 0) } else { waited += 1 }
      if waited == patience {
        end = place + 1
        break
      }
    }
    let (outcome, epochs) = try run(EpochSelection(patience: patience), epochs: 14, rate: 3e-2)
    #expect(outcome.epochsDone == end && epochs.count == end)
    #expect(outcome.stoppedEarly == (end < 14))
    #expect(zip(epochs, all).allSatisfy { $0.testLoss == $1.testLoss })
  }

  @Test func withoutValidationImagesThereIsNoChoice() throws {
    let data = try TrainingTests.shapes()
    #expect(throws: TrainingError.self) {
      try train(
        TrainingTests.tiny(data), on: data,
        recipe: TrainingRecipe(epochs: 1, selection: EpochSelection(keepsBest: true)),
        cancellation: Cancellation()
      ) { _ in }
    }
  }
}
