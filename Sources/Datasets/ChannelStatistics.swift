/// Mean and population standard deviation of each channel, of bytes scaled to 0…1.
///
/// A channel without any variation gets the deviation 1, so that standardising it gives zeros.
package struct ChannelStatistics: Hashable, Sendable {
  package var mean: [Float]
  package var deviation: [Float]

  package init(of images: ImageSet) {
    mean = []
    deviation = []
    for channel in 0..<images.channels {
      let (mean, deviation) = moments(of: histogram(of: images, channel: channel))
      self.mean.append(Float(mean))
      self.deviation.append(deviation > 0 ? Float(deviation) : Self.divisorOfConstant)
    }
  }

  /// What a channel without any variation is divided by; no channel varies so much, since values from 0 to 1 deviate by
  /// at most a half.
  static let divisorOfConstant: Float = 1
}

extension Dataset {
  /// Channels in which every pixel of every training image has the same value, from 0.
  package var constantChannels: [Int] {
    deviation.indices.filter { deviation[$0] == ChannelStatistics.divisorOfConstant }
  }

  /// The training images' true standard deviation, one a channel; 0 of a channel that does not vary, which is divided by
  /// 1 instead.
  package var trueDeviation: [Float] {
    deviation.map { $0 == ChannelStatistics.divisorOfConstant ? 0 : $0 }
  }
}

/// How often each byte occurs: 256 counts, from which the moments follow without rounding on the way.
private func histogram(of images: ImageSet, channel: Int) -> [Int] {
  let plane = images.height * images.width
  var counts = [Int](repeating: 0, count: 256)
  counts.withUnsafeMutableBufferPointer { counts in
    images.pixels.withUnsafeBufferPointer { pixels in
      for image in 0..<images.count {
        let start = (image * images.channels + channel) * plane
        var position = start
        while position < start + plane {
          counts[Int(pixels[position])] &+= 1
          position &+= 1
        }
      }
    }
  }
  return counts
}

private func moments(of counts: [Int]) -> (mean: Double, deviation: Double) {
  let total = Double(max(1, counts.reduce(0, +)))
  let sum = counts.indices.reduce(0) { $0 + $1 * counts[$1] }
  let mean = Double(sum) / total
  let squares = counts.indices.reduce(0.0) { partial, value in
    let distance = Double(value) - mean
    return partial + Double(counts[value]) * distance * distance
  }
  return (mean / 255, (squares / total).squareRoot() / 255)
}
