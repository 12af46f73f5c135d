import Glibc
import OneDNN

/// Mean over pairs of images of (G_s − G_t)², from Tung, Mori: "Similarity-Preserving Knowledge Distillation",
/// ICCV 2019.
///
/// G holds the products of each two images' activations [batch, batch], each row divided by its p-norm.
struct Similarity: FeatureLoss {
  var power: Double
  var scale: Double

  var channels: FeatureChannels { .any }
  /// Two matrices of similarities, and the gradient of one.
  func room(_ sizes: FeatureSizes) -> Int { 3 * sizes.batch * sizes.batch }

  func evaluate(
    _ pair: FeaturePair, _ regressor: Regressor?, room: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) -> Double {
    let batch = pair.sizes.batch
    let (own, other) = (room, room + batch * batch)
    let slopes = other + batch * batch
    let width = pair.sizes.studentChannels * pair.sizes.plane
    try multiplyMatrices(
      pair.student, pair.student, transposesRight: true, rows: batch, inner: width, columns: batch, into: own)
    try multiplyMatrices(
      pair.teacher, pair.teacher, transposesRight: true, rows: batch,
      inner: pair.sizes.teacherChannels * pair.sizes.plane, columns: batch, into: other)
    let count = Double(batch * batch)
    var sum = 0.0
    for image in 0..<batch {
      let row = image * batch
      let norm = normalize(own + row, batch, power)
      _ = normalize(other + row, batch, power)
      var along = 0.0
      for index in row..<row + batch {
        let difference = Double(own[index]) - Double(other[index])
        sum += difference * difference
        along += difference * Double(own[index])
      }
      // Through the row's norm n = ‖g‖: (d_j − ⟨d, G⟩·dn/dg_j) / n, with dn/dg_j = sign(G_j)·|G_j|^(p − 1).
      let factor = 2 * pair.weight / (count * norm)
      for index in row..<row + batch {
        let similarity = Double(own[index])
        let pull = power == 2 ? similarity : signedPower(similarity, power - 1)
        slopes[index] = Float(factor * (similarity - Double(other[index]) - along * pull))
      }
    }
    // dF = (S + Sᵀ)·F, for G = F·Fᵀ.
    for image in 0..<batch {
      for earlier in 0...image {
        let both = slopes[image * batch + earlier] + slopes[earlier * batch + image]
        slopes[image * batch + earlier] = both
        slopes[earlier * batch + image] = both
      }
    }
    try multiplyMatrices(
      slopes, pair.student, rows: batch, inner: batch, columns: width, adds: true, into: pair.gradient)
    return sum / count
  }
}

/// Divides a row by its p-norm, at least 10⁻¹², and returns that.
private func normalize(_ row: UnsafeMutablePointer<Float>, _ count: Int, _ power: Double) -> Double {
  var sum = 0.0
  for index in 0..<count {
    let size = abs(Double(row[index]))
    sum += power == 2 ? size * size : pow(size, power)
  }
  let norm = max(power == 2 ? sum.squareRoot() : pow(sum, 1 / power), 1e-12)
  for index in 0..<count { row[index] = Float(Double(row[index]) / norm) }
  return norm
}

private func signedPower(_ value: Double, _ power: Double) -> Double {
  value == 0 ? 0 : value < 0 ? -pow(-value, power) : pow(value, power)
}

extension LossEntry {
  package static let similarity = LossEntry(
    name: "Similarity", summary: "which images of a batch resemble one another",
    source: "Tung, Mori: Similarity-Preserving Knowledge Distillation, ICCV 2019",
    parameters: [
      LossParameter(
        label: "p", kind: .number(default: 2, range: 1...8), summary: "norm of a row of similarities"),
      .scale,
    ]
  ) { .feature(Similarity(power: $0["p"], scale: $0["scale"])) }
}
