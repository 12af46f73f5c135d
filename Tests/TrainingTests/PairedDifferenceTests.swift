import Testing
import Training

/// The interval of a paired difference, against one whose likelihood was maximised over a fine mesh (SciPy), and against
/// the closed form of the case without a difference.
@Suite struct PairedDifferenceTests {
  @Test(
    arguments: [
      (200, 0, 0, -0.018845, 0.018845), (200, 5, 3, -0.021595, 0.044306), (1000, 12, 2, 0.003139, 0.019093),
      (10_000, 300, 67, 0.019670, 0.027149), (50, 20, 5, 0.111205, 0.468315),
      (500, 0, 4, -0.020387, -0.000315), (44, 1, 7, -0.276660, -0.013122),
    ])
  func theIntervalIsThatOfTheScore(images: Int, lost: Int, gained: Int, low: Double, high: Double) {
    let interval = PairedDifference(images: images, lost: lost, gained: gained).interval
    #expect(abs(interval.lowerBound - low) < 2e-6)
    #expect(abs(interval.upperBound - high) < 2e-6)
    // Turned round, it is the same the other way.
    let turned = PairedDifference(images: images, lost: gained, gained: lost).interval
    #expect(abs(turned.lowerBound + high) < 2e-6 && abs(turned.upperBound + low) < 2e-6)
  }

  @Test(arguments: [1, 20, 200, 5_000])
  func withoutADifferenceItIsTheClosedForm(images: Int) {
    let square = 1.959_963_985 * 1.959_963_985
    let interval = PairedDifference(images: images, lost: 0, gained: 0).interval
    #expect(abs(interval.upperBound - square / (Double(images) + square)) < 1e-9)
  }

  @Test func itCountsTheImagesOnWhichOneAloneIsRight() {
    let difference = PairedDifference(
      [true, true, true, false, false, true], [true, false, false, true, false, true])
    #expect(difference == PairedDifference(images: 6, lost: 2, gained: 1))
    #expect(abs(difference.loss - 1.0 / 6) < 1e-12)
    #expect(PairedDifference([], []).interval == -1...1)
    #expect(PairedDifference([], []).loss == 0)
  }

  /// Nothing lost on 200 images does not show that less than a point is: on 10,000 it may well be two.
  @Test(arguments: [(200, 0, 0, 0.01), (200, 8, 4, 0.01), (1000, 30, 25, 0.01), (400, 40, 10, 0.02)])
  func asManyImagesAsItAsksForDecide(images: Int, lost: Int, gained: Int, limit: Double) throws {
    let difference = PairedDifference(images: images, lost: lost, gained: gained)
    let isOpen = difference.interval.contains(limit) && difference.interval.lowerBound <= limit
    let needed = try #require(difference.imagesNeeded(toDecide: limit))
    guard isOpen else {
      #expect(needed <= images)
      return
    }
    #expect(needed > images)
    func scaled(_ images: Int) -> PairedDifference {
      let share = Double(images) / Double(difference.images)
      return PairedDifference(
        images: images, lost: Int((share * Double(lost)).rounded()),
        gained: Int((share * Double(gained)).rounded()))
    }
    #expect(!scaled(needed * 11 / 10).interval.contains(limit))
    #expect(scaled(needed * 9 / 10).interval.contains(limit))
  }

  @Test func aLossAtTheLimitIsNeverDecided() {
    #expect(PairedDifference(images: 1000, lost: 15, gained: 5).imagesNeeded(toDecide: 0.01) == nil)
  }
}
