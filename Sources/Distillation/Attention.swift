import Glibc

/// Mean over images and places of (A_s − A_t)², from Zagoruyko, Komodakis: "Paying More Attention to Attention",
/// ICLR 2017.
///
/// A is the mean over channels of |F|ᵖ at each place, divided by its Euclidean norm over the places.
struct Attention: FeatureLoss {
  var power: Double
  var scale: Double

  var channels: FeatureChannels { .any }
  var needsPlanes: Bool { true }
  /// Two maps.
  func room(_ sizes: FeatureSizes) -> Int { 2 * sizes.plane }

  func evaluate(_ pair: FeaturePair, _ regressor: Regressor?, room: UnsafeMutablePointer<Float>) -> Double {
    let sizes = pair.sizes
    let (own, other) = (room, room + sizes.plane)
    let count = Double(sizes.batch * sizes.plane)
    var sum = 0.0
    for image in 0..<sizes.batch {
      let features = pair.student + image * sizes.studentChannels * sizes.plane
      let norm = attentionMap(features, sizes.studentChannels, sizes.plane, power, into: own)
      _ = attentionMap(
        pair.teacher + image * sizes.teacherChannels * sizes.plane, sizes.teacherChannels, sizes.plane, power,
        into: other)
      var along = 0.0
      for place in 0..<sizes.plane {
        let difference = Double(own[place]) - Double(other[place])
        sum += difference * difference
        along += difference * Double(own[place])
      }
      // Through the normalisation: (d − A·⟨d, A⟩) / norm, then through the mean over channels.
      let factor = 2 * pair.weight / (count * norm * Double(sizes.studentChannels))
      for place in 0..<sizes.plane {
        let difference = Double(own[place]) - Double(other[place])
        other[place] = Float(factor * (difference - Double(own[place]) * along))
      }
      addPowerGradient(
        features, sizes.studentChannels, sizes.plane, power, slope: other,
        to: pair.gradient + image * sizes.studentChannels * sizes.plane)
    }
    return sum / count
  }
}

/// Writes the normalised map and returns the norm that divided it, at least 10⁻¹².
private func attentionMap(
  _ features: UnsafePointer<Float>, _ channels: Int, _ plane: Int, _ power: Double,
  into map: UnsafeMutablePointer<Float>
) -> Double {
  map.update(repeating: 0, count: plane)
  for channel in 0..<channels {
    let row = features + channel * plane
    if power == 2 {
      for place in 0..<plane { map[place] += row[place] * row[place] }
    } else {
      for place in 0..<plane { map[place] += powf(abs(row[place]), Float(power)) }
    }
  }
  var square = 0.0
  for place in 0..<plane {
    let mean = Double(map[place]) / Double(channels)
    square += mean * mean
  }
  let norm = max(square.squareRoot(), 1e-12)
  let factor = Float(1 / (Double(channels) * norm))
  for place in 0..<plane { map[place] *= factor }
  return norm
}

/// Adds slope · d|F|ᵖ/dF at each place of each channel.
private func addPowerGradient(
  _ features: UnsafePointer<Float>, _ channels: Int, _ plane: Int, _ power: Double,
  slope: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>
) {
  for channel in 0..<channels {
    let row = features + channel * plane
    let target = gradient + channel * plane
    if power == 2 {
      for place in 0..<plane { target[place] += 2 * slope[place] * row[place] }
    } else {
      for place in 0..<plane where row[place] != 0 {
        let steepness = Float(power) * powf(abs(row[place]), Float(power) - 1)
        target[place] += slope[place] * (row[place] < 0 ? -steepness : steepness)
      }
    }
  }
}

extension LossEntry {
  package static let attention = LossEntry(
    name: "Attention", summary: "where layers look: energy over the channels, place by place",
    source: "Zagoruyko, Komodakis: Paying More Attention to Attention, ICLR 2017",
    parameters: [
      LossParameter(
        label: "p", kind: .number(default: 2, range: 1...8), summary: "power of the activations"),
      .scale,
    ]
  ) { .feature(Attention(power: $0["p"], scale: $0["scale"])) }
}
