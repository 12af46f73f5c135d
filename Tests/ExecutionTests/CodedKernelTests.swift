import CKernels
import Testing

/// The kernels around a convolution of codes, on channels that fill their last block and that don't.
@Suite struct CodedKernelTests {
  static let (batch, plane) = (3, 5)

  /// Values [batch][plane][channels] in blocks of sixteen, padded with zeros.
  private func blocked(_ values: [Float], _ channels: Int) -> [Float] {
    let blocks = (channels + 15) / 16
    var result = [Float](repeating: 0, count: Self.batch * blocks * Self.plane * 16)
    for (index, value) in values.enumerated() {
      let (pixel, channel) = (index / channels, index % channels)
      let (image, place) = (pixel / Self.plane, pixel % Self.plane)
      result[((image * blocks + channel / 16) * Self.plane + place) * 16 + channel % 16] = value
    }
    return result
  }

  private func shape(_ channels: Int) -> ck_shape {
    ck_shape(
      batch: Int64(Self.batch), blocks: Int64((channels + 15) / 16), plane: Int64(Self.plane), block: 16)
  }

  @Test(arguments: [3, 16, 20, 48]) func codesWidenToTheirValues(channels: Int) {
    let codes = (0..<Self.batch * Self.plane * channels).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let expected = blocked(codes.map { (Float($0) - 7) * 0.25 }, channels)
    var found = [Float](repeating: .nan, count: expected.count)
    ck_widen_codes(
      codes, &found, shape(channels), Int64(channels),
      ck_grid(scale: 0.25, zero_point: 7, minimum: 0, maximum: 255))
    #expect(found == expected)
  }

  @Test(arguments: [3, 16, 20, 48]) func sumsAreShiftedScaledAndCounted(channels: Int) {
    let sums = (0..<Self.batch * Self.plane * channels).map { Int32($0 * 31 % 1000) - 400 }
    let shift = (0..<channels).map { Int32($0 * 3) }
    let factor = (0..<channels).map { Float($0 + 1) * 0.5 }
    let bias = (0..<channels).map { Float($0) }
    let values = sums.indices.map {
      Float(sums[$0] - shift[$0 % channels]) * factor[$0 % channels] + bias[$0 % channels]
    }
    let shape = shape(channels)
    let stored = Int(shape.blocks) * 16
    var found = [Float](repeating: .nan, count: Self.batch * Self.plane * stored)
    var scratch = [Double](repeating: 0, count: Int(ck_scratch_count(shape)))
    var sum = [Double](repeating: .nan, count: stored)
    var squares = sum
    var least = [Float](repeating: .nan, count: stored)
    var most = least
    shift.withUnsafeBufferPointer { shift in
      factor.withUnsafeBufferPointer { factor in
        bias.withUnsafeBufferPointer { bias in
          var scaling = ck_sum_scaling(
            channels: Int64(channels), shift: shift.baseAddress, factor: factor.baseAddress,
            bias: bias.baseAddress)
          ck_scale_sums(sums, nil, &found, shape, &scaling, &scratch, &sum, &squares, &least, &most)
        }
      }
    }
    #expect(found == blocked(values, channels))
    for channel in 0..<channels {
      let own = stride(from: channel, to: values.count, by: channels).map { Double(values[$0]) }
      #expect(abs(sum[channel] - own.reduce(0, +)) <= 1e-5 * own.reduce(1) { $0 + abs($1) })
      #expect(abs(squares[channel] / own.reduce(1e-9) { $0 + $1 * $1 } - 1) < 1e-5)
      #expect(Double(least[channel]) == own.min() && Double(most[channel]) == own.max())
    }
  }
}
