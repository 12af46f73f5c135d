import CKernels
import Testing

/// The kernels of trained ranges against their formulas in plain loops.
@Suite struct TrainedRangeKernelTests {
  static let layouts: [(channels: Int, block: Int)] = [(5, 1), (16, 8), (32, 16), (20, 20), (7, 7)]
  static let batch = 11
  static let plane = 21

  /// ∂v̂/∂s of LSQ, or without `rounding` of PACT in units of the integers.
  private func slope(_ t: Float, _ low: Float, _ high: Float, rounding: Bool) -> Float {
    if t <= low { return low }
    if t >= high { return high }
    return rounding ? t.rounded(.toNearestOrEven) - t : 0
  }

  @Test(arguments: layouts, [true, false])
  func activationRangesGetTheirGradient(_ layout: (channels: Int, block: Int), _ rounding: Bool) {
    let shape = ck_shape(
      batch: Int64(Self.batch), blocks: Int64(layout.channels / layout.block), plane: Int64(Self.plane),
      block: Int64(layout.block))
    let count = Self.batch * layout.channels * Self.plane
    let y = formulaValues("y", salt: "range", count: count)
    let residual = formulaValues("residual", salt: "range", count: count)
    let d = formulaValues("d", salt: "range", count: count)
    let a = formulaValues("a", salt: "range", count: layout.channels)
    let b = formulaValues("b", salt: "range", count: layout.channels)
    let grid = ck_grid(scale: 0.06, zero_point: 0, minimum: 0, maximum: 15)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape)))
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var kernel = ck_epilogue(
          a: a.baseAddress, b: b.baseAddress, has_activation: 1, ceiling: 6, quantizes: 1, trains_range: 1,
          grid: grid, codes: nil, code_channels: 0)
        let found = ck_range_gradient(d, y, y, residual, shape, &kernel, rounding ? 1 : 0, &scratch)
        var g = [Float](repeating: 0, count: count)
        ck_epilogue_backward_reduce(
          d, y, y, residual, &g, shape, &kernel, nil, &scratch, nil, nil)
        var expected = 0.0
        for index in 0..<count {
          let row = index / (Self.plane * layout.block)
          let c = row % (layout.channels / layout.block) * layout.block + index % layout.block
          let value = (y[index] * a[c]) + b[c] + residual[index]
          let t = max(value, 0) * (1 / grid.scale)
          expected += Double(d[index] + y[index]) * Double(slope(t, 0, 15, rounding: rounding))
          if abs(t - 15) > 1e-3 && abs(value) > 1e-5 {
            #expect(g[index] == (t > 0 && t < 15 ? d[index] + y[index] : 0))
          }
        }
        #expect(abs(found - expected) < 1e-2 + 1e-5 * abs(expected))
      }
    }
  }

  @Test(arguments: [(4, 45, 1), (2, 18, 16), (3, 5, 8), (1, 9, 20), (2, 5003, 1), (1, 700, 16)])
  func weightScalesGetTheirGradient(_ blocks: Int, _ rest: Int, _ block: Int) {
    let shape = ck_weight_shape(blocks: Int64(blocks), rest: Int64(rest), block: Int64(block))
    let outputs = blocks * block
    let w = formulaValues("w", salt: "scales", count: outputs * rest)
    let factor = formulaValues("factor", salt: "scales", count: outputs)
    let scale = factor.map { max(abs($0), 1e-3) / 9 }
    func output(_ index: Int) -> Int { index / (rest * block) * block + index % block }

    var sums = [Double](repeating: 0, count: outputs)
    ck_weight_magnitude_sum(w, shape, factor, &sums)
    var expectedSums = sums.map { _ in 0.0 }
    for index in w.indices { expectedSums[output(index)] += abs(Double(w[index] * factor[output(index)])) }
    for o in 0..<outputs { #expect(abs(sums[o] - expectedSums[o]) < 1e-5 * (1 + expectedSums[o])) }

    let gradient = formulaValues("d", salt: "scales", count: w.count)
    var d = gradient
    var dot = [Double](repeating: 0, count: outputs)
    var scaleDot = dot
    ck_weight_trained_backward(w, &d, shape, factor, scale, -7, 7, &dot, &scaleDot)
    var expectedDot = dot.map { _ in 0.0 }
    var expectedScaleDot = expectedDot
    for index in w.indices {
      let o = output(index)
      let t = w[index] * factor[o] * (1 / scale[o])
      let passes = t > -7 && t < 7
      #expect(d[index] == (passes ? gradient[index] * factor[o] : 0))
      expectedDot[o] += passes ? Double(gradient[index]) * Double(w[index]) : 0
      expectedScaleDot[o] += Double(gradient[index]) * Double(slope(t, -7, 7, rounding: true))
    }
    for o in 0..<outputs {
      #expect(abs(dot[o] - expectedDot[o]) < 1e-3)
      #expect(abs(scaleDot[o] - expectedScaleDot[o]) < 1e-2)
    }
  }

  @Test func sumsDoNotDependOnTheNumberOfThreads() {
    let shape = ck_shape(batch: 40, blocks: 4, plane: 49, block: 16)
    let count = 40 * 64 * 49
    let y = formulaValues("y", salt: "threads", count: count)
    let d = formulaValues("d", salt: "threads", count: count)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape)))
    var kernel = ck_epilogue(
      a: nil, b: nil, has_activation: 1, ceiling: .infinity, quantizes: 1, trains_range: 1,
      grid: ck_grid(scale: 0.1, zero_point: 0, minimum: 0, maximum: 7), codes: nil, code_channels: 0)
    let threads = ck_thread_count()
    defer { ck_set_thread_count(threads) }
    let sums = [1, 2, 3].map { count -> [Double] in
      ck_set_thread_count(Int32(count))
      return [
        ck_range_gradient(d, nil, y, nil, shape, &kernel, 1, &scratch), ck_magnitude_sum(y, Int64(y.count)),
      ]
    }
    #expect(sums[0] == sums[1])
    #expect(sums[0] == sums[2])
    #expect(abs(sums[0][1] - y.reduce(0) { $0 + abs(Double($1)) }) < 0.1)
  }

  @Test func rangesAreKeptPositiveAndBrokenOnesAreTold() {
    var scales: [Float] = [0.5, -1, 0]
    #expect(ck_keep_above(&scales, 3, 0.25) == 1)
    #expect(scales == [0.5, 0.25, 0.25])
    scales = [0.5, .nan, 1]
    #expect(ck_keep_above(&scales, 3, 0.25) == 0)
    #expect(scales == [0.5, 0.25, 1])
    scales = [.infinity]
    #expect(ck_keep_above(&scales, 1, 0.25) == 0)
  }
}
