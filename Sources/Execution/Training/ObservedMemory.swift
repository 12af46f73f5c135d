import GraphIR

/// What forward passes observe, batch norm's running statistics and activations' ranges, as it was before the last one:
/// a step that is given up on its way leaves it so.
final class ObservedMemory {
  private let norms: [BatchNormState]
  private let observers: [ActivationObserver]
  private let weightScales: [TrainedWeightScales]
  /// Of each norm its running means, then its running variances.
  private let statistics: Vector<Float>
  private var ranges: [(minimum: Float, maximum: Float)?]
  init(_ norms: [BatchNormState], _ observers: [ActivationObserver], _ weightScales: [TrainedWeightScales]) {
    self.norms = norms
    self.observers = observers
    self.weightScales = weightScales
    statistics = Vector(2 * norms.reduce(0) { $0 + $1.norm.channels }, repeating: 0)
    ranges = Array(repeating: nil, count: observers.count)
  }

  /// To be called before a pass; false where that can't be taken back, because it sets what has no value yet.
  func note() -> Bool {
    let hasBegun =
      observers.allSatisfy { $0.trained?.isSet ?? ($0.range != nil) } && weightScales.allSatisfy(\.isSet)
    guard hasBegun else { return false }
    forEachStatistic { $0.update(from: $1, count: $2) }
    for index in observers.indices { ranges[index] = observers[index].range }
    return true
  }

  /// Brings back what was noted last.
  func bringBack() {
    forEachStatistic { $1.update(from: $0, count: $2) }
    for (observer, range) in zip(observers, ranges) {
      if let trained = observer.trained {
        trained.dropContributions()
      } else if let range {
        observer.restore(minimum: range.minimum, maximum: range.maximum)
      }
    }
  }

  /// Calls with the place here, the one in use, and the number of values.
  private func forEachStatistic(
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    var place = statistics.pointer
    for norm in norms {
      let count = norm.norm.channels
      body(place, norm.runningMean.pointer, count)
      body(place + count, norm.runningVariance.pointer, count)
      place += 2 * count
    }
  }
}
