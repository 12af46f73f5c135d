import CKernels
import Testing

/// bfloat16 in memory: held against arithmetic on real numbers and against the kernels on floats.
@Suite struct HalfPrecisionKernelTests {
  /// Rounded by comparing distances to both neighbours, in doubles, where all of these numbers are exact.
  private func nearest(_ x: Float) -> UInt16 {
    func value(_ half: UInt32) -> Double {
      let float = Float(bitPattern: half << 16)
      // Past the greatest number, rounding goes on as if exponents did.
      return float.isInfinite ? (float < 0 ? -0x1p128 : 0x1p128) : Double(float)
    }
    let below = x.bitPattern >> 16
    let (low, high) = (abs(Double(x) - value(below)), abs(Double(x) - value(below + 1)))
    if low == high { return UInt16(below % 2 == 0 ? below : below + 1) }
    return UInt16(low < high ? below : below + 1)
  }

  private func narrowed(_ values: [Float]) -> [UInt16] {
    var halves = [UInt16](repeating: 0, count: values.count)
    ck_narrow(values, &halves, Int64(values.count))
    return halves
  }

  private func widened(_ halves: [UInt16]) -> [Float] {
    var values = [Float](repeating: 0, count: halves.count)
    ck_widen(halves, &values, Int64(halves.count))
    return values
  }

  @Test func roundingIsToNearestWithTiesToEven() {
    var values = formulaValues("x", salt: "bf16", count: 1003).map { $0 * 3 }
    // Ties below and above even and odd halves, in several binades and of both signs.
    for half in [0x3f80, 0x3f81, 0x0001, 0x0000, 0x7f7e, 0x42ff, 0xbf80, 0xc0ff] as [UInt32] {
      for rest in [0x7fff, 0x8000, 0x8001, 0, 0xffff] as [UInt32] {
        values.append(Float(bitPattern: half << 16 | rest))
      }
    }
    values += [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0]
    #expect(narrowed(values) == values.map(nearest))
  }

  @Test func infinityStaysAndNaNStaysNaN() {
    let payloads = ([0x7f80_0001, 0x7fff_ffff, 0xff80_0001, 0xffff_ffff, 0x7fc0_0000] as [UInt32])
      .map { Float(bitPattern: $0) }
    #expect(widened(narrowed(payloads)).allSatisfy { $0.isNaN })
    #expect(widened(narrowed([.infinity, -.infinity])) == [.infinity, -.infinity])
  }

  @Test func everyHalfComesBackAsItWas() {
    let halves = (0...UInt16.max).filter { !Float(bitPattern: UInt32($0) << 16).isNaN }
    #expect(widened(halves) == halves.map { Float(bitPattern: UInt32($0) << 16) })
    #expect(narrowed(widened(halves)) == halves)
  }

  @Test(arguments: KernelLayoutTests.layouts)
  func epiloguesAreThoseOfFloatsRounded(_ layout: (channels: Int, block: Int)) {
    let (batch, plane) = (3, 21)
    let shape = ck_shape(
      batch: Int64(batch), blocks: Int64(layout.channels / layout.block), plane: Int64(plane),
      block: Int64(layout.block))
    let count = batch * layout.channels * plane
    let y = narrowed(formulaValues("y", salt: "half", count: count))
    let residual = narrowed(formulaValues("residual", salt: "half", count: count))
    let d = narrowed(formulaValues("d", salt: "half", count: count))
    let a = formulaValues("a", salt: "half", count: layout.channels)
    let b = formulaValues("b", salt: "half", count: layout.channels)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape)))
    let channels = [Double](repeating: 0, count: layout.channels)
    var (sum, dot, wideSum, wideDot) = (channels, channels, channels, channels)
    var (low, high) = (a, a)
    var (wideLow, wideHigh) = (a, a)
    ck_channel_statistics_bf16(y, shape, &scratch, &sum, &dot, &low, &high)
    ck_channel_statistics(widened(y), shape, &scratch, &wideSum, &wideDot, &wideLow, &wideHigh)
    #expect(sum == wideSum && dot == wideDot && low == wideLow && high == wideHigh)

    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var kernel = ck_epilogue(
          a: a.baseAddress, b: b.baseAddress, has_activation: 1, ceiling: .infinity, quantizes: 1,
          trains_range: 0,
          grid: ck_grid(scale: 0.01, zero_point: 3, minimum: 0, maximum: 100), codes: nil, code_channels: 0)
        var (out, wideOut) = (y, widened(y))
        var (range, wideRange): ([Float], [Float]) = ([0, 0], [0, 0])
        ck_epilogue_forward_bf16(y, residual, &out, shape, &kernel, &scratch, &range)
        ck_epilogue_forward(
          widened(y), widened(residual), &wideOut, shape, &kernel, &scratch, &wideRange)
        #expect(out == wideOut.map(nearest))
        #expect(range == wideRange)

        var (g, wideG) = (y, widened(y))
        ck_epilogue_backward_reduce_bf16(
          d, y, y, residual, &g, shape, &kernel, b.baseAddress, &scratch, &sum, &dot)
        ck_epilogue_backward_reduce(
          widened(d), widened(y), widened(y), widened(residual), &wideG, shape, &kernel, b.baseAddress,
          &scratch, &wideSum, &wideDot)
        #expect(g == wideG.map(nearest))
        #expect(sum == wideSum && dot == wideDot)

        var (dy, wideDy) = (y, widened(y))
        ck_affine_pair_bf16(d, y, &dy, shape, a.baseAddress, b.baseAddress, a.baseAddress)
        ck_affine_pair(widened(d), widened(y), &wideDy, shape, a.baseAddress, b.baseAddress, a.baseAddress)
        #expect(dy == wideDy.map(nearest))
      }
    }
    var added = d
    ck_add_bf16(&added, y, Int64(count))
    #expect(added == zip(widened(d), widened(y)).map { nearest($0 + $1) })
  }

  /// Tiles [2 outputs][2 inputs][taps][16 inputs][16 outputs], of which a crop's taps 1 and 3 are kept.
  @Test(arguments: [false, true]) func weightsLieInPairs(pairsOutputs: Bool) {
    let taps = 4
    let kept = [1, 3]
    let w = formulaValues("w", salt: "pairs", count: 32 * 32 * taps).map { $0 * 30 }
    let tile = ck_weight_tile(
      side: 16, outputs: 16, output_stride: Int64(2 * taps * 256), input_stride: Int64(taps * 256),
      tap_stride: 256)
    let target = ck_weight_pairs(
      pairs_outputs: pairsOutputs ? 1 : 0, block: 16, width: 16, output_stride: 2 * 2 * 256,
      input_stride: 2 * 256, tap_stride: 256)
    var places = kept.enumerated().map {
      ck_tap_place(tap: Int64($1), target_tap: Int64($0), output_pixel: 0, input_pixel: 0)
    }
    var halves = [UInt16](repeating: 0, count: 32 * 32 * kept.count)
    var rounded = halves
    // Scale and factor of an output are the same number, so that a weight's code is the weight rounded.
    var grid = formulaValues("grid", salt: "pairs", count: 32).map { 0.03 + abs($0) }
    places.withUnsafeMutableBufferPointer { places in
      var pairing = ck_pairing(
        outputs: 2, inputs: 2, output_pixels: 1, input_pixels: 1, place_count: Int64(kept.count),
        places: places.baseAddress, source: tile, target: target)
      ck_pair_weights(w, &halves, &pairing, nil)
      grid.withUnsafeMutableBufferPointer { grid in
        var raw = ck_weight_grid(factor: grid.baseAddress, scale: grid.baseAddress, minimum: -20, maximum: 20)
        ck_pair_weights(w, &rounded, &pairing, &raw)
      }
    }
    for output in 0..<32 {
      for input in 0..<32 {
        for (place, tap) in kept.enumerated() {
          let source = ((output / 16 * 2 + input / 16) * taps + tap) * 256 + input % 16 * 16 + output % 16
          let block = ((output / 16 * 2 + input / 16) * 2 + place) * 256
          let (paired, other) = pairsOutputs ? (output % 16, input % 16) : (input % 16, output % 16)
          let place = block + (paired / 2 * 16 + other) * 2 + paired % 2
          #expect(halves[place] == nearest(w[source]))
          let code = (w[source] * grid[output] * (1 / grid[output])).rounded(.toNearestOrEven)
          #expect(rounded[place] == nearest(min(max(code, -20), 20) * grid[output]))
        }
      }
    }
  }
}
