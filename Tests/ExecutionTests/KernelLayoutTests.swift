import CKernels
import Foundation
import Testing

/// The kernels walk every layout that oneDNN may choose; each is held against plain loops.
@Suite struct KernelLayoutTests {
  /// Channels and block: row-major, half-width, full-width, channels-last, and blocks that divide nothing.
  static let layouts: [(channels: Int, block: Int)] = [(5, 1), (16, 8), (32, 16), (20, 20), (7, 7)]
  static let batch = 11
  static let plane = 21

  private func shape(_ layout: (channels: Int, block: Int)) -> ck_shape {
    ck_shape(
      batch: Int64(Self.batch), blocks: Int64(layout.channels / layout.block), plane: Int64(Self.plane),
      block: Int64(layout.block))
  }

  private func channel(of index: Int, _ layout: (channels: Int, block: Int)) -> Int {
    let row = index / (Self.plane * layout.block)
    return row % (layout.channels / layout.block) * layout.block + index % layout.block
  }

  @Test(arguments: layouts) func statisticsAreThoseOfEachChannel(_ layout: (channels: Int, block: Int)) {
    let count = Self.batch * layout.channels * Self.plane
    let y = formulaValues("y", salt: "statistics", count: count)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape(layout))))
    var sum = [Double](repeating: 0, count: layout.channels)
    var squares = sum
    var low = [Float](repeating: 0, count: layout.channels)
    var high = low
    ck_channel_statistics(y, shape(layout), &scratch, &sum, &squares, &low, &high)
    for wanted in 0..<layout.channels {
      let values = y.indices.filter { channel(of: $0, layout) == wanted }.map { y[$0] }
      #expect(abs(sum[wanted] - values.reduce(0) { $0 + Double($1) }) < 1e-4)
      #expect(abs(squares[wanted] - values.reduce(0) { $0 + Double($1) * Double($1) }) < 1e-4)
      #expect(low[wanted] == values.min())
      #expect(high[wanted] == values.max())
    }
  }

  @Test(arguments: layouts) func epiloguesAreTheirFormula(_ layout: (channels: Int, block: Int)) {
    let count = Self.batch * layout.channels * Self.plane
    let y = formulaValues("y", salt: "epilogue", count: count)
    let residual = formulaValues("residual", salt: "epilogue", count: count)
    let a = formulaValues("a", salt: "epilogue", count: layout.channels)
    let b = formulaValues("b", salt: "epilogue", count: layout.channels)
    let d = formulaValues("d", salt: "epilogue", count: count)
    let grid = ck_grid(scale: 0.01, zero_point: 3, minimum: 0, maximum: 100)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape(layout))))
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var kernel = ck_epilogue(
          a: a.baseAddress, b: b.baseAddress, has_activation: 1, ceiling: 0.9, quantizes: 1, trains_range: 0,
          grid: grid, codes: nil, code_channels: 0)
        var out = [Float](repeating: 0, count: count)
        var range: [Float] = [0, 0]
        ck_epilogue_forward(y, residual, &out, shape(layout), &kernel, &scratch, &range)
        var g = [Float](repeating: 0, count: count)
        var sum = [Double](repeating: 0, count: layout.channels)
        var dot = sum
        ck_epilogue_backward_reduce(
          d, y, y, residual, &g, shape(layout), &kernel, b.baseAddress, &scratch, &sum, &dot)
        var largest: Float = 0
        var expectedSum = sum.map { _ in 0.0 }
        var expectedDot = expectedSum
        for index in 0..<count {
          let c = channel(of: index, layout)
          let value = (y[index] * a[c]) + b[c] + residual[index]
          let active = min(max(value, 0), 0.9)
          largest = max(largest, active)
          let code = min(max((active * 100).rounded(.toNearestOrEven) + 3, 0), 100)
          // A fused multiply-add may fall on the other side of a rounding edge: one step at most.
          #expect(abs(out[index] - (code - 3) * 0.01) < 0.0101)
          if abs(value) < 1e-5 || abs(value - 0.9) < 1e-5 || abs(active - 0.97) < 0.006 { continue }
          let passes = value > 0 && value < 0.9 && (active * 100).rounded(.toNearestOrEven) + 3 <= 100
          #expect(g[index] == (passes ? d[index] + y[index] : 0))
          expectedSum[c] += Double(g[index])
          expectedDot[c] += Double(g[index]) * Double(y[index] - b[c])
        }
        #expect(abs(range[1] - largest) < 1e-5)
        for c in 0..<layout.channels {
          #expect(abs(sum[c] - expectedSum[c]) < 1e-3)
          #expect(abs(dot[c] - expectedDot[c]) < 1e-3)
        }
      }
    }
  }

  @Test(arguments: [(4, 45, 1), (2, 18, 16), (3, 5, 8), (1, 9, 20)])
  func weightsAreRoundedOutputByOutput(_ blocks: Int, _ rest: Int, _ block: Int) {
    let shape = ck_weight_shape(blocks: Int64(blocks), rest: Int64(rest), block: Int64(block))
    let outputs = blocks * block
    let w = formulaValues("w", salt: "weights", count: outputs * rest)
    let factor = formulaValues("factor", salt: "weights", count: outputs)
    var magnitude = [Float](repeating: 0, count: outputs)
    ck_weight_magnitude(w, shape, factor, &magnitude)
    func output(_ index: Int) -> Int { index / (rest * block) * block + index % block }
    for wanted in 0..<outputs {
      let expected = w.indices.filter { output($0) == wanted }.map { abs(w[$0]) }.max() ?? 0
      #expect(abs(magnitude[wanted] - expected * abs(factor[wanted])) < 1e-6)
    }
    // Scales that leave the largest weights off the grid.
    let scale = magnitude.map { max($0, 1e-6) / 100 }
    var q = w
    ck_weight_fake_quantize(w, &q, shape, factor, scale, -90, 90)
    let gradient = formulaValues("d", salt: "weights", count: w.count)
    var d = gradient
    var dot = [Double](repeating: 0, count: outputs)
    ck_weight_backward(w, &d, shape, factor, scale, -90, 90, &dot)
    var expectedDot = dot.map { _ in 0.0 }
    for index in w.indices {
      let o = output(index)
      let code = (w[index] * factor[o] * (1 / scale[o])).rounded(.toNearestOrEven)
      #expect(q[index] == min(max(code, -90), 90) * scale[o])
      let passes = abs(code) <= 90
      #expect(d[index] == (passes ? gradient[index] * factor[o] : 0))
      expectedDot[o] += passes ? Double(gradient[index]) * Double(w[index]) : 0
    }
    for o in 0..<outputs { #expect(abs(dot[o] - expectedDot[o]) < 1e-4) }
  }
}
