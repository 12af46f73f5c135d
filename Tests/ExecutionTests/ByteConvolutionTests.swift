import CKernels
import Execution
import GraphIR
import Testing

/// Sums of codes and weights in 16-bit products beside the sums that define them: whole numbers, so equal or wrong.
@Suite(.enabled(if: Processor.features.contains("avx2"))) struct ByteConvolutionTests {
  struct Layer: CustomTestStringConvertible {
    var batch, inputs, outputs, height, width, kernel, stride, padding, workers: Int
    var zeroPoint: Int
    /// Codes and weights at the ends of their grids only, all of the sign that makes the largest sums.
    var isExtreme = false

    var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
    var suitsWinograd: Bool { kernel == 3 && stride == 1 && inputs % 16 == 0 && outputs % 16 == 0 }
    var testDescription: String {
      "\(batch)×\(inputs)×\(height)×\(width) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding)"
    }

    var shape: ck_byte_convolution {
      ck_byte_convolution(
        batch: Int64(batch), inputs: Int64(inputs), outputs: Int64(outputs), height: Int64(height),
        width: Int64(width), out_height: Int64(outHeight), out_width: Int64(outWidth), kernel: Int64(kernel),
        stride: Int64(stride), padding: Int64(padding), workers: Int64(workers), zero_point: Int32(zeroPoint))
    }

    func sums(_ codes: [UInt8], _ weights: [Int8]) -> [Int32] {
      var sums = [Int32](repeating: 0, count: batch * outHeight * outWidth * outputs)
      for at in sums.indices {
        let (output, pixel) = (at % outputs, at / outputs)
        let (image, place) = (pixel / (outHeight * outWidth), pixel % (outHeight * outWidth))
        for tap in 0..<kernel * kernel {
          let y = place / outWidth * stride + tap / kernel - padding
          let x = place % outWidth * stride + tap % kernel - padding
          guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
          let from = ((image * height + y) * width + x) * inputs
          for input in 0..<inputs {
            let weight = Int32(weights[(output * inputs + input) * kernel * kernel + tap])
            sums[at] += (Int32(codes[from + input]) - Int32(zeroPoint)) * weight
          }
        }
      }
      return sums
    }

    func values(_ random: inout SeededGenerator) -> (codes: [UInt8], weights: [Int8]) {
      let count = (batch * inputs * height * width, inputs * outputs * kernel * kernel)
      if isExtreme {
        let code: UInt8 = zeroPoint > 127 ? 0 : 255
        return ([UInt8](repeating: code, count: count.0), [Int8](repeating: -128, count: count.1))
      }
      return (
        (0..<count.0).map { _ in UInt8.random(in: 0...255, using: &random) },
        (0..<count.1).map { _ in Int8.random(in: -128...127, using: &random) }
      )
    }
  }

  static let layers: [Layer] = {
    var random = SeededGenerator(seed: 5, purpose: "byte layers")
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let any = (0..<40).map { _ in
      Layer(
        batch: pick(1...5), inputs: pick(1...40), outputs: pick(1...40), height: pick(4...9),
        width: pick(4...9), kernel: pick(1...4), stride: pick(1...3), padding: pick(0...2),
        workers: pick(1...5), zeroPoint: pick(0...255))
    }
    let squares = (0..<24).map { _ in
      Layer(
        batch: pick(1...5), inputs: 16 * pick(1...3), outputs: 16 * pick(1...3), height: pick(2...9),
        width: pick(2...9), kernel: 3, stride: 1, padding: pick(1...2), workers: pick(1...3),
        zeroPoint: pick(0...255))
    }
    let ends = [0, 255].map {
      Layer(
        batch: 1, inputs: ck_most_winograd_inputs, outputs: 16, height: 3, width: 3, kernel: 3, stride: 1,
        padding: 1, workers: 2, zeroPoint: $0, isExtreme: true)
    }
    return any + squares + ends
  }()

  @Test(arguments: layers) func sumsAreExact(_ layer: Layer) {
    var random = SeededGenerator(seed: 6, purpose: layer.testDescription)
    let (codes, weights) = layer.values(&random)
    let expected = layer.sums(codes, weights)
    var shape = layer.shape
    var packed = [Int16](repeating: 0, count: Int(ck_byte_weight_count(&shape)))
    var scratch = [Int16](repeating: -1, count: Int(ck_byte_scratch_count(&shape)))
    var found = [Int32](repeating: -1, count: expected.count)
    ck_byte_weights(weights, &packed, &shape)
    ck_byte_convolve(codes, packed, &found, &scratch, &shape)
    #expect(found == expected)
    guard layer.suitsWinograd else { return }
    packed = [Int16](repeating: 0, count: Int(ck_byte_winograd_weight_count(&shape)))
    scratch = [Int16](repeating: -1, count: Int(ck_byte_winograd_scratch_bytes(&shape)) / 2)
    found = [Int32](repeating: -1, count: expected.count)
    ck_byte_winograd_weights(weights, &packed, &shape)
    ck_byte_winograd(codes, packed, &found, &scratch, &shape)
    #expect(found == expected)
  }
}
