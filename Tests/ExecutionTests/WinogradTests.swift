import CKernels
import Execution
import GraphIR
import Testing

/// The program's own Winograd kernels beside the sums that define a convolution.
@Suite struct WinogradTests {
  /// A convolution of 3×3 at stride 1; planes, paddings, tiles and blocks are drawn.
  struct Layer: CustomTestStringConvertible {
    var batch, inputs, outputs, height, width, padding, extent, block: Int

    var outHeight: Int { height + 2 * padding - 2 }
    var outWidth: Int { width + 2 * padding - 2 }
    var testDescription: String {
      "\(batch)×\(inputs)×\(height)×\(width) to \(outputs), padding \(padding), tiles \(extent), block \(block)"
    }

    var shape: ck_winograd {
      ck_winograd(
        batch: Int64(batch), inputs: Int64(inputs), outputs: Int64(outputs), in_block: Int64(block),
        out_block: Int64(block), height: Int64(height), width: Int64(width), out_height: Int64(outHeight),
        out_width: Int64(outWidth), padding: Int64(padding), extent: Int64(extent))
    }

    var tile: ck_weight_tile {
      ck_weight_tile(
        side: Int64(block), outputs: Int64(block), output_stride: Int64(inputs * 9 * block),
        input_stride: Int64(9 * block * block), tap_stride: Int64(block * block))
    }

    func input(_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
      ((image * (inputs / block) + channel / block) * height * width + y * width + x) * block + channel
        % block
    }

    func output(_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
      ((image * (outputs / block) + channel / block) * outHeight * outWidth + y * outWidth + x) * block
        + channel % block
    }

    func weight(_ output: Int, _ input: Int, _ tap: Int) -> Int {
      ((output / block * (inputs / block) + input / block) * 9 + tap) * block * block
        + input % block * block + output % block
    }

    /// Calls with each product's places: output, input, weight.
    func eachProduct(_ body: (Int, Int, Int) -> Void) {
      for image in 0..<batch {
        for o in 0..<outputs {
          for place in 0..<outHeight * outWidth {
            let (row, column) = (place / outWidth, place % outWidth)
            for i in 0..<inputs {
              for tap in 0..<9 {
                let (y, x) = (row + tap / 3 - padding, column + tap % 3 - padding)
                guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                body(output(image, o, row, column), input(image, i, y, x), weight(o, i, tap))
              }
            }
          }
        }
      }
    }
  }

  static let layers: [Layer] = {
    var random = SeededGenerator(seed: 11, purpose: "winograd layers")
    return (0..<24).map { index in
      Layer(
        batch: Int.random(in: 1...3, using: &random), inputs: 16 * Int.random(in: 1...3, using: &random),
        outputs: 16 * Int.random(in: 1...2, using: &random),
        height: Int.random(in: 3...9, using: &random), width: Int.random(in: 3...9, using: &random),
        padding: Int.random(in: 0...2, using: &random),
        extent: index % 2 == 0 ? 2 : 4, block: index % 3 == 0 ? 16 : 8)
    }
  }()

  @Test(arguments: layers) func threePassesAreThoseOfTheConvolution(_ layer: Layer) {
    let x = formulaValues(
      "x", salt: "winograd", count: layer.batch * layer.inputs * layer.height * layer.width)
    let d = formulaValues(
      "d", salt: "winograd", count: layer.batch * layer.outputs * layer.outHeight * layer.outWidth)
    let w = formulaValues("w", salt: "winograd", count: layer.inputs * layer.outputs * 9)
    var (y, dx, dw) = (
      [Double](repeating: 0, count: d.count), [Double](repeating: 0, count: x.count),
      [Double](repeating: 0, count: w.count)
    )
    layer.eachProduct { o, i, k in
      y[o] += Double(x[i]) * Double(w[k])
      dx[i] += Double(d[o]) * Double(w[k])
      dw[k] += Double(d[o]) * Double(x[i])
    }
    var (shape, tile) = (layer.shape, layer.tile)
    var back = shape
    (back.inputs, back.outputs, back.padding) = (shape.outputs, shape.inputs, 2 - shape.padding)
    (back.height, back.width) = (shape.out_height, shape.out_width)
    (back.out_height, back.out_width) = (shape.height, shape.width)
    var end = ck_sums_end(bias: nil, adds: 0, low: -.infinity, high: .infinity)
    var kernels = [Float](repeating: 0, count: Int(ck_winograd_kernel_count(&shape)))
    var scratch = [Float](
      repeating: 0, count: Int(max(ck_winograd_scratch_count(&shape), ck_winograd_scratch_count(&back))))
    var (found, foundX, foundW) = (
      [Float](repeating: 0, count: d.count), [Float](repeating: 0, count: x.count),
      [Float](repeating: 0, count: w.count)
    )
    ck_winograd_kernels(w, &tile, &kernels, &shape, 0)
    ck_winograd_convolve(x, kernels, &found, &scratch, &shape, &end)
    ck_winograd_kernels(w, &tile, &kernels, &shape, 1)
    ck_winograd_convolve(d, kernels, &foundX, &scratch, &back, &end)
    ck_winograd_weights_gradient(x, d, &foundW, &tile, &kernels, &scratch, &shape)
    expectClose(found, y)
    expectClose(foundX, dx)
    expectClose(foundW, dw)
  }

  /// Rounding at the points is a few units in the last place of the largest sum.
  private func expectClose(
    _ found: [Float], _ sums: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let largest = sums.map(abs).max() ?? 0
    let error = zip(found, sums).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(largest > 0 && error < 1e-5 * max(largest, 1), sourceLocation: sourceLocation)
  }

  @Test func theEndAddsBiasAndWhatIsThereAndKeepsTheBounds() {
    let layer = Layer(
      batch: 1, inputs: 16, outputs: 16, height: 5, width: 5, padding: 1, extent: 4, block: 8)
    let x = formulaValues("x", salt: "end", count: 16 * 25)
    let w = formulaValues("w", salt: "end", count: 16 * 16 * 9)
    let there = formulaValues("y", salt: "end", count: 16 * 25)
    let bias = (0..<16).map { Float($0) / 16 - 0.5 }
    var (shape, tile) = (layer.shape, layer.tile)
    var kernels = [Float](repeating: 0, count: Int(ck_winograd_kernel_count(&shape)))
    var scratch = [Float](repeating: 0, count: Int(ck_winograd_scratch_count(&shape)))
    ck_winograd_kernels(w, &tile, &kernels, &shape, 0)
    var plain = [Float](repeating: 0, count: there.count)
    var free = ck_sums_end(bias: nil, adds: 0, low: -.infinity, high: .infinity)
    ck_winograd_convolve(x, kernels, &plain, &scratch, &shape, &free)
    var ended = there
    bias.withUnsafeBufferPointer { bias in
      var end = ck_sums_end(bias: bias.baseAddress, adds: 1, low: 0, high: 0.75)
      ck_winograd_convolve(x, kernels, &ended, &scratch, &shape, &end)
    }
    for channel in 0..<16 {
      for place in 0..<25 {
        let at = layer.output(0, channel, place / 5, place % 5)
        #expect(ended[at] == min(max(plain[at] + bias[channel] + there[at], 0), 0.75))
      }
    }
    #expect(Set(ended).count > 30)
  }

  @Test func anImageHasTheSameBitsInAnyBatch() {
    let one = Layer(batch: 1, inputs: 32, outputs: 16, height: 7, width: 6, padding: 1, extent: 4, block: 8)
    var many = one
    many.batch = 9
    let image = formulaValues("x", salt: "batch", count: 32 * 42)
    let w = formulaValues("w", salt: "batch", count: 32 * 16 * 9)
    let results = [one, many].map { layer in
      var (shape, tile) = (layer.shape, layer.tile)
      var kernels = [Float](repeating: 0, count: Int(ck_winograd_kernel_count(&shape)))
      var scratch = [Float](repeating: 0, count: Int(ck_winograd_scratch_count(&shape)))
      var y = [Float](repeating: 0, count: layer.batch * 16 * 42)
      var end = ck_sums_end(bias: nil, adds: 0, low: -.infinity, high: .infinity)
      ck_winograd_kernels(w, &tile, &kernels, &shape, 0)
      let images = (0..<layer.batch).flatMap { _ in image }
      ck_winograd_convolve(images, kernels, &y, &scratch, &shape, &end)
      return y
    }
    for image in 0..<9 { #expect(results[1][image * 672..<(image + 1) * 672] == results[0][...]) }
  }
}
