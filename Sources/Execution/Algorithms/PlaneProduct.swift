package import GraphIR

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

  /// Weights of the dense layer, row-major [outputs·pixels, inputs·pixels], from the convolution's row-major ones.
  ///
  /// Both sides are numbered (channel / block, pixel, channel mod block), with a block of its own for each: `block` for
  /// inputs, and for outputs where there is no other.
  package func expanded(_ weights: [Float], inputs: Int, block: Int, outputBlock: Int? = nil) -> [Float] {
    let outputs = weights.count / taps / inputs
    let outputBlock = outputBlock ?? block
    let columns = inputs * inputPixels
    return [Float](unsafeUninitializedCapacity: outputs * outputPixels * columns) { result, count in
      for output in 0..<outputs {
        for to in 0..<outputPixels {
          let row = place(output, to, of: outputPixels, outputBlock) * columns
          for input in 0..<inputs {
            let kernel = (output * inputs + input) * taps
            for from in 0..<inputPixels {
              let tap = tapOfPair[from * outputPixels + to]
              result[row + place(input, from, of: inputPixels, block)] = weights[kernel + tap]
            }
          }
        }
      }
      count = result.count
    }
  }

  /// The bias of each channel at every pixel, in the order of the dense layer's outputs.
  package func expanded(bias: [Float], block: Int) -> [Float] {
    var result = [Float](repeating: 0, count: bias.count * outputPixels)
    for channel in bias.indices {
      for pixel in 0..<outputPixels { result[place(channel, pixel, of: outputPixels, block)] = bias[channel] }
    }
    return result
  }

  private func place(_ channel: Int, _ pixel: Int, of pixels: Int, _ block: Int) -> Int {
    (channel / block * pixels + pixel) * block + channel % block
  }
}
