/// Writes a batch as standardised floats [indices, channels, height, width] and its labels.
///
/// A byte p of channel c becomes (p/255 − mean[c]) / deviation[c], through a table; pixels that augmentation
/// brings in from outside are black, byte 0. There are as many channels as means: grey images with several means become
/// several channels of the same bytes. `output` has room for indices × channels × height × width floats, `labels` for one
/// number an index. Nothing is allocated.
package func gather(
  _ images: ImageSet, indices: ArraySlice<Int>, mean: [Float], deviation: [Float],
  augmentation: Augmentation? = nil, into output: UnsafeMutablePointer<Float>,
  labels: UnsafeMutablePointer<Int32>
) {
  indices.withUnsafeBufferPointer { indices in
    gather(
      images, indices: indices, mean: mean, deviation: deviation, augmentation: augmentation, into: output,
      labels: labels)
  }
}

/// Writes a batch as `gather` with a slice does.
package func gather(
  _ images: ImageSet, indices: UnsafeBufferPointer<Int>, mean: [Float], deviation: [Float],
  augmentation: Augmentation? = nil, into output: UnsafeMutablePointer<Float>,
  labels: UnsafeMutablePointer<Int32>
) {
  for (position, index) in indices.enumerated() { labels[position] = Int32(images.labels[index]) }
  let plane = images.height * images.width
  images.pixels.withUnsafeBufferPointer { pixels in
    guard let pixels = pixels.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { table in
      for channel in 0..<mean.count {
        let sourceChannel = images.channels == 1 ? 0 : channel
        fill(table, mean: mean[channel], deviation: deviation[channel])
        for (position, index) in indices.enumerated() {
          let source = pixels + (index * images.channels + sourceChannel) * plane
          let target = output + (position * mean.count + channel) * plane
          if let draw = augmentation?.draw(for: index), draw != .identity {
            copyMoved(source, to: target, size: images.size, draw, table)
          } else {
            copy(source, to: target, count: plane, table)
          }
        }
      }
    }
  }
  guard let augmentation, augmentation.jitter > 0 else { return }
  for (position, index) in indices.enumerated() {
    changeColours(
      output + position * images.channels * plane, channels: images.channels, plane: plane, mean: mean,
      deviation: deviation, augmentation.colourChange(for: index))
  }
}

private func fill(_ table: UnsafeMutableBufferPointer<Float>, mean: Float, deviation: Float) {
  for value in 0..<256 {
    table.initializeElement(at: value, to: (Float(value) / 255 - mean) / deviation)
  }
}

private func copy(
  _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Float>, count: Int,
  _ table: UnsafeMutableBufferPointer<Float>
) {
  guard let table = table.baseAddress else { return }
  var position = 0
  while position < count {
    target[position] = table[Int(source[position])]
    position &+= 1
  }
}

private func copyMoved(
  _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Float>, size: PixelSize,
  _ draw: Augmentation.Draw, _ table: UnsafeMutableBufferPointer<Float>
) {
  let black = table[0]
  let step = draw.flipped ? -1 : 1
  for row in 0..<size.height {
    let target = target + row * size.width
    let sourceRow = row + draw.rows
    guard sourceRow >= 0, sourceRow < size.height else {
      target.update(repeating: black, count: size.width)
      continue
    }
    let source = source + sourceRow * size.width
    var sourceColumn = draw.columns + (draw.flipped ? size.width - 1 : 0)
    var column = 0
    while column < size.width {
      let inside = sourceColumn >= 0 && sourceColumn < size.width
      target[column] = inside ? table[Int(source[sourceColumn])] : black
      sourceColumn &+= step
      column &+= 1
    }
  }
}
