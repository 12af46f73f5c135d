import OneDNN

/// Weights W [teacher's channels, student's channels] of a 1×1 convolution that brings the student's activations
/// to as many channels as the teacher's, and their gradient.
///
/// They are trained with the student and not kept.
package struct Regressor {
  package var weights: UnsafeMutableBufferPointer<Float>
  package var gradient: UnsafeMutableBufferPointer<Float>

  package init(weights: UnsafeMutableBufferPointer<Float>, gradient: UnsafeMutableBufferPointer<Float>) {
    self.weights = weights
    self.gradient = gradient
  }
}

/// Mean over all elements of (W·F_s − F_t)², from Romero et al.: "FitNets: Hints for Thin Deep Nets", ICLR 2015;
/// without a regressor of (F_s − F_t)².
struct FitNet: FeatureLoss {
  var scale: Double

  var channels: FeatureChannels { .regressed }
  /// An image of the teacher's channels.
  func room(_ sizes: FeatureSizes) -> Int { sizes.teacherChannels * sizes.plane }

  func evaluate(
    _ pair: FeaturePair, _ regressor: Regressor?, room: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) -> Double {
    let sizes = pair.sizes
    let slope = Float(2 * pair.weight / Double(sizes.teacherCount))
    guard let regressor, let weights = regressor.weights.baseAddress,
      let change = regressor.gradient.baseAddress
    else {
      var sum = 0.0
      for row in stride(from: 0, to: sizes.studentCount, by: sizes.plane) {
        sum += hintRow(
          pair.student + row, pair.teacher + row, sizes.plane, slope, addingTo: pair.gradient + row)
      }
      return sum / Double(sizes.teacherCount)
    }
    var sum = 0.0
    for image in 0..<sizes.batch {
      let features = pair.student + image * sizes.studentChannels * sizes.plane
      let hint = pair.teacher + image * sizes.teacherChannels * sizes.plane
      try multiplyMatrices(
        weights, features, rows: sizes.teacherChannels, inner: sizes.studentChannels, columns: sizes.plane,
        into: room)
      for channel in 0..<sizes.teacherChannels {
        let row = channel * sizes.plane
        sum += hintRow(room + row, hint + row, sizes.plane, slope, replacing: room + row)
      }
      // dW = Σ d·Fᵀ over the images, dF = Wᵀ·d.
      try multiplyMatrices(
        room, features, transposesRight: true, rows: sizes.teacherChannels, inner: sizes.plane,
        columns: sizes.studentChannels, adds: image > 0, into: change)
      try multiplyMatrices(
        weights, room, transposesLeft: true, rows: sizes.studentChannels, inner: sizes.teacherChannels,
        columns: sizes.plane, adds: true, into: pair.gradient + image * sizes.studentChannels * sizes.plane)
    }
    return sum / Double(sizes.teacherCount)
  }
}

/// Σ (s − t)² over a plane; adds slope·(s − t) to the target.
private func hintRow(
  _ student: UnsafePointer<Float>, _ teacher: UnsafePointer<Float>, _ count: Int, _ slope: Float,
  addingTo target: UnsafeMutablePointer<Float>
) -> Double {
  for place in 0..<count { target[place] += slope * (student[place] - teacher[place]) }
  return squaredDistance(student, teacher, count)
}

/// Σ (s − t)² over a plane; the target, which may be the student's own row, becomes slope·(s − t).
private func hintRow(
  _ student: UnsafePointer<Float>, _ teacher: UnsafePointer<Float>, _ count: Int, _ slope: Float,
  replacing target: UnsafeMutablePointer<Float>
) -> Double {
  let sum = squaredDistance(student, teacher, count)
  for place in 0..<count { target[place] = slope * (student[place] - teacher[place]) }
  return sum
}

private func squaredDistance(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
) -> Double {
  var lanes = SIMD8<Float>()
  let whole = count / 8 * 8
  for start in stride(from: 0, to: whole, by: 8) {
    let left = UnsafeRawPointer(a + start).loadUnaligned(as: SIMD8<Float>.self)
    let difference = left - UnsafeRawPointer(b + start).loadUnaligned(as: SIMD8<Float>.self)
    lanes += difference * difference
  }
  var sum = Double(lanes.sum())
  for place in whole..<count {
    let difference = Double(a[place]) - Double(b[place])
    sum += difference * difference
  }
  return sum
}

extension LossEntry {
  package static let fitNet = LossEntry(
    name: "FitNet",
    summary: "mean squared distance of activations; a trained 1×1 regressor where channels differ",
    source: "Romero et al.: FitNets: Hints for Thin Deep Nets, ICLR 2015", parameters: [.scale]
  ) { .feature(FitNet(scale: $0["scale"])) }
}
