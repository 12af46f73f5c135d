import Testing
import Training

@Suite struct ScheduleTests {
  /// From torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10), to six digits.
  static let oneCycle: [Double] = [
    0.04, 0.52, 1.0, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.0495194, 4e-6,
  ]

  @Test func oneCycleIsPyTorchs() {
    for (step, expected) in Self.oneCycle.enumerated() {
      #expect(
        abs(TrainingRecipe.Schedule.oneCycle.rate(step: step, of: 10, peak: 1) - expected) < 1e-5, "\(step)")
    }
  }

  @Test func cosineFallsFromThePeakTowardsZero() {
    #expect(TrainingRecipe.Schedule.cosine.rate(step: 0, of: 8, peak: 2) == 2)
    #expect(abs(TrainingRecipe.Schedule.cosine.rate(step: 4, of: 8, peak: 2) - 1) < 1e-12)
    #expect(TrainingRecipe.Schedule.cosine.rate(step: 7, of: 8, peak: 2) > 0)
  }

  @Test(arguments: [1, 2, 3, 5]) func shortRunsHaveFiniteRates(_ steps: Int) {
    for schedule in TrainingRecipe.Schedule.allCases {
      for step in 0..<steps {
        let rate = schedule.rate(step: step, of: steps, peak: 1)
        #expect(rate.isFinite && rate >= 0 && rate <= 1)
      }
    }
  }
}
