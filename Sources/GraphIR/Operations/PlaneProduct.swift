/// A convolution over planes so small that every output pixel sees every input pixel: the same sums as a dense layer
/// whose inputs and outputs are (channel, pixel), with each tap of the kernel standing at several places.
package struct PlaneProduct: Hashable, Sendable {
  package var inputPixels: Int
  package var outputPixels: Int
  package var taps: Int
  /// The tap between each pair of pixels, at input·outputPixels + output.
  package var tapOfPair: [Int]

  /// Nil where some pair of pixels has no tap between them, or where the dense layer would cost more.
  package init?(_ convolution: Convolution, input: Shape, output: Shape) {
    guard convolution.groups == 1, convolution.kernel > 1 else { return nil }
    inputPixels = input.spatial
    outputPixels = output.spatial
    taps = convolution.kernel * convolution.kernel
    // The direct way multiplies each tap once an output pixel, with padding or without.
    guard inputPixels < taps else { return nil }
    tapOfPair = []
    tapOfPair.reserveCapacity(inputPixels * outputPixels)
    for row in 0..<input.height {
      for column in 0..<input.width {
        for outputRow in 0..<output.height {
          for outputColumn in 0..<output.width {
            let down = row - outputRow * convolution.stride + convolution.padding
            let right = column - outputColumn * convolution.stride + convolution.padding
            guard (0..<convolution.kernel).contains(down), (0..<convolution.kernel).contains(right) else {
              return nil
            }
            tapOfPair.append(down * convolution.kernel + right)
          }
        }
      }
    }
  }
}
