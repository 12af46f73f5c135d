/// What two classifiers do on the same images: how much accuracy the second loses against the first, and how surely.
///
/// Images that both classify right, or both wrong, say nothing of the difference; what counts are those on which one
/// alone is right, as in McNemar's test.
package struct PairedDifference: Hashable, Sendable {
  package var images: Int
  /// Images that the first alone classifies right.
  package var lost: Int
  /// Images that the second alone classifies right.
  package var gained: Int

  package init(images: Int, lost: Int, gained: Int) {
    self.images = images
    self.lost = lost
    self.gained = gained
  }

  /// From whether each image was classified right, in the same order.
  package init(_ first: [Bool], _ second: [Bool]) {
    self.init(
      images: min(first.count, second.count), lost: zip(first, second).count { $0 && !$1 },
      gained: zip(first, second).count { !$0 && $1 })
  }

  /// Accuracy of the first less that of the second, as a share.
  package var loss: Double { images == 0 ? 0 : Double(lost - gained) / Double(images) }

  /// Where the loss on all images of this kind lies with 95 % confidence, as shares.
  ///
  /// Tango's score interval for the difference of paired proportions ("Equivalence test and confidence interval for the
  /// difference in proportions for the paired-sample design", Statistics in Medicine 17, 1998), which keeps its
  /// confidence where few or no images differ.
  package var interval: ClosedRange<Double> {
    guard images > 0 else { return -1...1 }
    return PairedCounts(images: Double(images), lost: Double(lost), gained: Double(gained)).interval
  }

  /// True where both may be equally right on all images of this kind.
  package var isWithinChance: Bool { interval.contains(0) }

  /// How many images would show on which side of `limit` the loss lies, if the two went on to differ as they did here;
  /// nil where 100 million would not.
  package func imagesNeeded(toDecide limit: Double) -> Int? {
    guard images > 0 else { return nil }
    func isDecided(_ count: Double) -> Bool {
      let share = count / Double(images)
      let interval = PairedCounts(
        images: count, lost: share * Double(lost), gained: share * Double(gained)
      ).interval
      return interval.upperBound <= limit || interval.lowerBound > limit
    }
    var (few, many) = (0.0, Double(images))
    while !isDecided(many) {
      (few, many) = (many, 2 * many)
      guard many < 1e8 else { return nil }
    }
    while many - few > max(1, many / 1000) {
      let middle = ((few + many) / 2).rounded()
      if isDecided(middle) { many = middle } else { few = middle }
    }
    return Int(many)
  }
}

/// The counts of a paired difference, which may be those of images that were not looked at.
private struct PairedCounts {
  var images, lost, gained: Double

  /// 97.5 % point of the normal distribution.
  private static let quantile = 1.959_963_985

  var interval: ClosedRange<Double> {
    let loss = (lost - gained) / images
    // The score falls with the difference that is supposed, from above the quantile to below its negative.
    let low = crossing(of: Self.quantile, between: -1, and: loss)
    let high = crossing(of: -Self.quantile, between: loss, and: 1)
    return min(low, loss)...max(high, loss)
  }

  private func crossing(of level: Double, between low: Double, and high: Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if score(of: middle) > level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// (lost − gained − n·δ) over its standard deviation where the difference is δ; the rate of gained images is then the
  /// likeliest that fits δ, the greater root of 2n·q² − (lost + gained − (2n − lost + gained)·δ)·q − gained·δ·(1 − δ).
  private func score(of difference: Double) -> Double {
    let linear = (2 * images - lost + gained) * difference - lost - gained
    let constant = -gained * difference * (1 - difference)
    let root = max(linear * linear - 8 * images * constant, 0).squareRoot()
    let rate = max((root - linear) / (4 * images), 0)
    let variance = images * (2 * rate + difference * (1 - difference))
    let distance = lost - gained - images * difference
    guard variance > 0 else { return distance == 0 ? 0 : distance * .infinity }
    return distance / variance.squareRoot()
  }
}
