package import GraphIR

/// The part of a convolution's kernel that ever meets the image: on a small plane, the outer taps of a padded kernel
/// lie on padding wherever they are put.
package struct KernelCrop: Hashable, Sendable {
  /// First row and column that count.
  package var first: Int
  /// The same convolution with the other taps, and the padding they needed, cut away.
  package var convolution: Convolution

  /// Nil where every tap counts, or where the crop would not be square.
  package init?(_ convolution: Convolution, input: Shape, output: Shape) {
    guard convolution.groups == 1, convolution.kernel > 1,
      let rows = Self.reached(convolution, input.height, output.height),
      rows == Self.reached(convolution, input.width, output.width), rows.count < convolution.kernel,
      rows.lowerBound <= convolution.padding
    else { return nil }
    var cropped = convolution
    cropped.kernel = rows.count
    cropped.padding = convolution.padding - rows.lowerBound
    guard
      slidingExtent(
        input.height, kernel: cropped.kernel, stride: cropped.stride, padding: cropped.padding)
        == output.height,
      slidingExtent(input.width, kernel: cropped.kernel, stride: cropped.stride, padding: cropped.padding)
        == output.width
    else { return nil }
    first = rows.lowerBound
    self.convolution = cropped
  }

  /// Taps along one axis that touch the image at some position.
  private static func reached(_ convolution: Convolution, _ input: Int, _ output: Int) -> Range<Int>? {
    let taps = (0..<convolution.kernel).filter { tap in
      (0..<output).contains { (0..<input).contains($0 * convolution.stride - convolution.padding + tap) }
    }
    guard let low = taps.first, let high = taps.last else { return nil }
    return low..<high + 1
  }

  /// The kept taps of row-major weights [outputs, inputs, kernel, kernel].
  package func cropped<Element>(_ weights: [Element], kernel: Int) -> [Element] {
    let extent = convolution.kernel
    var result: [Element] = []
    result.reserveCapacity(weights.count / (kernel * kernel) * extent * extent)
    for outer in 0..<weights.count / (kernel * kernel) {
      for row in first..<first + extent {
        let start = (outer * kernel + row) * kernel + first
        result.append(contentsOf: weights[start..<start + extent])
      }
    }
    return result
  }
}
