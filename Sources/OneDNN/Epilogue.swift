internal import COneDNN

/// Element types of a layer, and what happens to its sums before they are stored:
/// destination = zero + round(clamp(scale·(sum + bias) + sumScale·(old − sumZeroPoint))) + offset.
package struct LayerEpilogue {
  package var source: ElementType = .float32
  package var weights: ElementType = .float32
  package var destination: ElementType = .float32
  package var bias: ElementType?
  /// One factor for each output channel, or one for all, or none.
  package var scales: [Float] = []
  package var sourceZeroPoint: Int32 = 0
  package var destinationZeroPoint: Int32 = 0
  /// The residual that lies in the destination's memory already.
  package var sum: (scale: Float, zeroPoint: Int32)?
  /// The result before the zero point is held between these; 0 and infinity are ReLU.
  package var bounds: (low: Float, high: Float)?

  /// Rounds to whole numbers, ties to even, before a zero point or the offset is added: rint(t) + z, where the
  /// conversion to codes alone would give rint(t + z), which is another code at ties where z is odd.
  package var rounds = false
  /// Zero point of a dense layer, for which oneDNN has no other place.
  package var offset: Float = 0

  package init() {}

  func withRaw<R>(_ body: (inout odn_epilogue) -> R) -> R {
    scales.withUnsafeBufferPointer { scales in
      var raw = odn_epilogue()
      raw.src = source.raw
      raw.weights = weights.raw
      raw.dst = destination.raw
      raw.has_bias = bias == nil ? 0 : 1
      raw.bias = (bias ?? .float32).raw
      raw.scales = scales.baseAddress
      raw.scale_count = Int64(scales.count)
      raw.src_zero_point = sourceZeroPoint
      raw.dst_zero_point = destinationZeroPoint
      raw.has_sum = sum == nil ? 0 : 1
      raw.sum_scale = sum?.scale ?? 0
      raw.sum_zero_point = sum?.zeroPoint ?? 0
      raw.has_bounds = bounds == nil ? 0 : 1
      raw.low = bounds?.low ?? -.infinity
      raw.high = bounds?.high ?? .infinity
      raw.rounds = rounds ? 1 : 0
      raw.offset = offset
      return body(&raw)
    }
  }
}
