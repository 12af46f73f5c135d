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
      self.deviation.append(deviation > 0 ? Float(deviation) : 1)
    }
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
