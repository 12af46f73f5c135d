import GraphIR
import Testing

/// One product of a convolution: places in row-major images, outputs and weights.
struct PlainPair {
  var output, input, weight: Int
}

/// Every product of a convolution on square images, by its definition.
func plainPairs(_ convolution: Convolution, side: Int, batch: Int) -> [PlainPair] {
  let kernel = convolution.kernel
  let made = (side + 2 * convolution.padding - kernel) / convolution.stride + 1
  var pairs: [PlainPair] = []
  for image in 0..<batch {
    for output in 0..<convolution.outputs {
      for place in 0..<made * made {
        let row = place / made * convolution.stride - convolution.padding
        let column = place % made * convolution.stride - convolution.padding
        for tap in 0..<kernel * kernel {
          let (y, x) = (row + tap / kernel, column + tap % kernel)
          guard (0..<side).contains(y), (0..<side).contains(x) else { continue }
          for input in 0..<convolution.inputs {
            pairs.append(
              PlainPair(
                output: (image * convolution.outputs + output) * made * made + place,
                input: ((image * convolution.inputs + input) * side + y) * side + x,
                weight: (output * convolution.inputs + input) * kernel * kernel + tap))
          }
        }
      }
    }
  }
  return pairs
}

/// The nearest bfloat16 of each.
func halved(_ values: [Float]) -> [Float] {
  values.map {
    let bits = $0.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }
}

/// Sizes of a layer of any kind whose channels are sixteens, of so few products that plain loops go through them.
struct RandomLayerSizes {
  let inputs, outputs, kernel, stride, padding, side, batch: Int

  init(using random: inout SeededGenerator) {
    kernel = Int.random(in: 1...5, using: &random)
    padding = Int.random(in: 0...kernel / 2 + 1, using: &random)
    inputs = 16 * Int.random(in: 1...8, using: &random)
    outputs = 16 * Int.random(in: 1...6, using: &random)
    stride = Int.random(in: 1...4, using: &random)
    side = Int.random(in: max(1, kernel - 2 * padding)...9, using: &random)
    let made = (side + 2 * padding - kernel) / stride + 1
    let products = inputs * outputs * kernel * kernel * made * made
    batch = max(1, min(Int.random(in: 1...40, using: &random), 2_000_000 / products))
  }
}

/// Expects values within a share of the largest.
func expectNear(
  _ found: [Float], _ expected: [Double], _ name: String, within tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = zip(found, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
  let size = expected.reduce(1e-9) { max($0, abs($1)) }
  #expect(
    found.count == expected.count && error < tolerance * size, "\(name): \(error) of \(size)",
    sourceLocation: sourceLocation)
}
