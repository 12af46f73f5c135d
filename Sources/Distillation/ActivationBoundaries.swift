/// Mean over all elements of (s + m)² where the teacher is off (t ≤ 0) and s > −m, and of (s − m)² where it is on and
/// s ≤ m, from Heo et al.: "Knowledge Transfer via Distillation of Activation Boundaries Formed by Hidden Neurons",
/// AAAI 2019.
struct ActivationBoundaries: FeatureLoss {
  var margin: Double
  var scale: Double

  var channels: FeatureChannels { .equal }
  func room(_ sizes: FeatureSizes) -> Int { 0 }

  func evaluate(_ pair: FeaturePair, _ regressor: Regressor?, room: UnsafeMutablePointer<Float>) -> Double {
    let margin = Float(margin)
    let count = pair.sizes.studentCount
    let slope = Float(2 * pair.weight / Double(count))
    var sum = 0.0
    for start in stride(from: 0, to: count, by: pair.sizes.plane) {
      let (student, teacher) = (pair.student + start, pair.teacher + start)
      let gradient = pair.gradient + start
      var row: Float = 0
      for place in 0..<pair.sizes.plane {
        let distance =
          teacher[place] > 0 ? min(student[place] - margin, 0) : max(student[place] + margin, 0)
        row += distance * distance
        gradient[place] += slope * distance
      }
      sum += Double(row)
    }
    return sum / Double(count)
  }
}

extension LossEntry {
  package static let activationBoundaries = LossEntry(
    name: "ActivationBoundaries", summary: "which neurons are on and which off, with a margin",
    source: "Heo et al.: Knowledge Transfer via Distillation of Activation Boundaries, AAAI 2019",
    parameters: [
      LossParameter(
        label: "margin", kind: .number(default: 2, range: 0.01...100),
        summary: "how far beyond zero a neuron should be"),
      .scale,
    ]
  ) { .feature(ActivationBoundaries(margin: $0["margin"], scale: $0["scale"])) }
}
