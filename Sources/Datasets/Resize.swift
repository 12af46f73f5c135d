extension ImageSet {
  /// The images at another size, by bilinear interpolation between pixel centres.
  ///
  /// As `torch.nn.functional.interpolate(mode: "bilinear", align_corners: False, antialias: False)`, rounded
  /// to the nearest byte, ties to even. `progress` gets the number of images done.
  package func resized(to size: PixelSize, progress: (Int) -> Void = { _ in }) -> ImageSet {
    let columns = InterpolationTap.taps(from: width, to: size.width)
    let rows = InterpolationTap.taps(from: height, to: size.height)
    let planes = count * channels
    let (oldPlane, newPlane) = (height * width, size.height * size.width)
    var result = self
    (result.height, result.width) = (size.height, size.width)
    result.pixels = [UInt8](repeating: 0, count: planes * newPlane)
    var stretched = [Float](repeating: 0, count: height * size.width)
    let reportEvery = max(1, (1 << 24) / max(1, channels * newPlane))
    for image in 0..<count {
      for plane in image * channels..<(image + 1) * channels {
        stretch(plane * oldPlane, columns, into: &stretched)
        blend(stretched, rows, width: size.width, into: &result.pixels, at: plane * newPlane)
      }
      if (image + 1) % reportEvery == 0 { progress(image + 1) }
    }
    progress(count)
    return result
  }

  /// Interpolates every row of a plane to the new width.
  private func stretch(_ start: Int, _ columns: [InterpolationTap], into stretched: inout [Float]) {
    pixels.withUnsafeBufferPointer { pixels in
      stretched.withUnsafeMutableBufferPointer { stretched in
        columns.withUnsafeBufferPointer { columns in
          var target = 0
          for row in 0..<height {
            let source = start + row * width
            var column = 0
            while column < columns.count {
              let tap = columns[column]
              let first = Float(pixels[source &+ tap.first])
              let second = Float(pixels[source &+ tap.second])
              stretched[target] = first + (second - first) * tap.weight
              target &+= 1
              column &+= 1
            }
          }
        }
      }
    }
  }
}

/// Interpolates between the stretched rows and rounds.
private func blend(
  _ stretched: [Float], _ rows: [InterpolationTap], width: Int, into pixels: inout [UInt8], at start: Int
) {
  stretched.withUnsafeBufferPointer { stretched in
    pixels.withUnsafeMutableBufferPointer { pixels in
      for (row, tap) in rows.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: pixels[(start + row * width)...].prefix(width))
        let first = UnsafeBufferPointer(rebasing: stretched[(tap.first * width)...].prefix(width))
        let second = UnsafeBufferPointer(rebasing: stretched[(tap.second * width)...].prefix(width))
        var column = 0
        while column < width {
          let value = first[column] + (second[column] - first[column]) * tap.weight
          // Adding 2²³ leaves the value, rounded to even, in the lowest bits: no call of a rounding function.
          target[column] = UInt8(truncatingIfNeeded: (value + 0x1p23).bitPattern)
          column &+= 1
        }
      }
    }
  }
}

/// The two source positions that a target position lies between, and the second one's share.
struct InterpolationTap: Equatable {
  var first: Int
  var second: Int
  var weight: Float

  /// Taps for each of `target` positions: position i has its centre at (i + ½)·source/target − ½.
  static func taps(from source: Int, to target: Int) -> [InterpolationTap] {
    (0..<target).map { position in
      let centre = max(0, (Double(position) + 0.5) * Double(source) / Double(target) - 0.5)
      let first = min(Int(centre), source - 1)
      return InterpolationTap(
        first: first, second: min(first + 1, source - 1), weight: Float(centre - Double(first)))
    }
  }
}
