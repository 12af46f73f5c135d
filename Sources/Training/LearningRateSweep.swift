package import Datasets
import Foundation
package import GraphIR

/// A short run whose learning rate grows by the same factor from step to step, and the loss at each step.
///
/// The range test of Smith ("Cyclical Learning Rates for Training Neural Networks", 2017), on the training images alone.
package struct LearningRateSweep: Sendable {
  package struct Point: Sendable, Hashable {
    package var rate: Double
    /// Of the step's images, before the step.
    package var loss: Double
    /// Mean over the steps around it, which sees the course behind the differences between batches.
    package var smoothed: Double
  }

  /// What the course tells of the rate to take.
  package enum Choice: Sendable, Hashable {
    /// Where the smoothed loss falls steepest over the logarithm of the rate.
    case steepest(Double)
    /// Where the loss hardly falls, as of a network that has learned: a tenth of the rate at which it is least.
    case belowLeast(Double)
    /// No rate lowers the loss.
    case none

    package var rate: Double? {
      switch self {
      case .steepest(let rate), .belowLeast(let rate): rate
      case .none: nil
      }
    }
  }

  package var points: [Point]
  /// True where the loss went so high that greater rates were not tried.
  package var diverged: Bool

  package static let least = 1e-6
  package static let greatest = 10.0
  /// Seven decades in steps of a fifteenth: a seventh more each.
  static let stepsPerDecade = 15
  /// Steps on either side whose losses are averaged: a third of a decade.
  private static let window = 5
  /// Falls of less than this share of the first loss are those of a network that has little to learn.
  private static let smallFall = 0.05

  package static var rates: [Double] {
    let steps = Int((log10(greatest / least)).rounded()) * stepsPerDecade
    return (0...steps).map { least * pow(10, Double($0) / Double(stepsPerDecade)) }
  }

  /// From the losses of as many of the first rates.
  package init(losses: [Double], diverged: Bool) {
    self.diverged = diverged
    points = zip(Self.rates, losses).enumerated().map { index, point in
      let around = losses[max(0, index - Self.window)...min(losses.count - 1, index + Self.window)]
      return Point(
        rate: point.0, loss: point.1, smoothed: around.reduce(0, +) / Double(around.count))
    }
  }

  /// The rate to take, with two digits that count.
  package var choice: Choice {
    guard let lowest = points.indices.min(by: { points[$0].smoothed < points[$1].smoothed }), lowest > 0
    else {
      return .none
    }
    let first = points[0].smoothed
    guard first - points[lowest].smoothed >= Self.smallFall * abs(first) else {
      return .belowLeast((points[lowest].rate / 10).twoDigits)
    }
    let slopes = (1...lowest).map { index in
      points[min(index + 1, points.count - 1)].smoothed - points[index - 1].smoothed
    }
    let steepest = slopes.indices.min { slopes[$0] < slopes[$1] } ?? 0
    return .steepest(points[steepest + 1].rate.twoDigits)
  }
}

extension Double {
  fileprivate var twoDigits: Double {
    guard self > 0, isFinite else { return self }
    return Double(String(format: "%.1e", self)) ?? self
  }
}

/// Sweeps the learning rate on a copy of a model, as a run with this recipe would begin: no weight is kept, and no test
/// image is looked at.
///
/// Other arguments are those of `train`. `progress` gets steps done, steps in all, and the last step's rate and loss;
/// nil where it was cancelled. Same arguments, binary and thread count give the same bits.
package func sweepLearningRate(
  _ model: consuming Model, on data: Dataset, recipe: TrainingRecipe,
  teachers: consuming [String: Model] = [:], logits: LogitsLibrary? = nil, cancellation: Cancellation,
  progress: (_ done: Int, _ all: Int, _ rate: Double, _ loss: Double) -> Void
) throws -> LearningRateSweep? {
  var recipe = recipe
  // A rate of its own for the last layer would stay where the others' grow; a choice among epochs has none.
  (recipe.headLearningRate, recipe.selection) = (nil, nil)
  if let quantization = recipe.quantization, let calibration = quantization.calibration {
    let calibrated = try warmUp(
      model, on: data, recipe: recipe, calibration: calibration, policy: quantization.rungs[0],
      cancellation: cancellation
    ) { _ in }
    guard let calibrated else { return nil }
    model = calibrated
  }
  let run = try TrainingRun(
    consume model, data: data, recipe: recipe, teachers: consume teachers, logits: logits)
  return try run.sweep(worst: log(Double(max(data.classNames.count, 2))), cancellation, progress)
}

extension TrainingRun {
  /// Goes through the rates until the loss is no number, or four times the best one and worse than `worst`, the loss of
  /// guessing.
  fileprivate func sweep(
    worst: Double, _ cancellation: Cancellation,
    _ progress: (_ done: Int, _ all: Int, _ rate: Double, _ loss: Double) -> Void
  ) throws -> LearningRateSweep? {
    let rates = LearningRateSweep.rates
    var losses: [Double] = []
    var best = Double.infinity
    for (index, rate) in rates.enumerated() {
      if cancellation.isCancelled { return nil }
      let (epoch, batch) = index.quotientAndRemainder(dividingBy: batches)
      if batch == 0 { order.reshuffle(epoch: epoch) }
      do {
        let step = try step(batch, epoch: epoch, index: index, rate: rate, cancellation: cancellation)
        guard let step else { return nil }
        losses.append(step.loss)
      } catch TrainingError.nonFiniteLoss {
        return LearningRateSweep(losses: losses, diverged: true)
      }
      progress(index + 1, rates.count, rate, losses[index])
      guard losses.count >= 5 else { continue }
      let recent = losses.suffix(5).reduce(0, +) / 5
      best = min(best, recent)
      if recent > 4 * best, recent > worst { return LearningRateSweep(losses: losses, diverged: true) }
    }
    return LearningRateSweep(losses: losses, diverged: false)
  }
}
