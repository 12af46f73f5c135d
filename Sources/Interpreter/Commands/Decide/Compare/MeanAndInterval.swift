/// The mean of a few measurements, and half the width of its 95 % confidence interval by Student's t.
struct MeanAndInterval: Hashable {
  var mean: Double
  var halfWidth: Double

  /// Nil for fewer than two measurements.
  init?(_ values: [Double]) {
    guard values.count > 1 else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let quantile = Self.quantiles[min(values.count - 2, Self.quantiles.count - 1)]
    self.mean = mean
    halfWidth = quantile * (variance / count).squareRoot()
  }

  /// 97.5 % points of Student's t for 1, 2, … degrees of freedom.
  private static let quantiles = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
  ]
}
