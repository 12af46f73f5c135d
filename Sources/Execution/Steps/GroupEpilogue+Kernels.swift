import CKernels
import OneDNN

/// The kernels of an epilogue for the type that its activations lie in: float or bfloat16.
extension GroupEpilogue {
  private typealias Halves = UInt16

  private var isHalf: Bool { y.type == .bfloat16 }

  /// Sums, squares and extremes of y a channel, into batch norm's state.
  func gatherStatistics(of y: UnsafeMutableRawPointer, _ norm: BatchNormState) {
    let shape = self.y.kernelShape
    if isHalf {
      ck_channel_statistics_bf16(
        y.assumingMemoryBound(to: Halves.self), shape, scratch.pointer, norm.sum.pointer,
        norm.squareSum.pointer, norm.minimum.pointer, norm.maximum.pointer)
    } else {
      ck_channel_statistics(
        y.assumingMemoryBound(to: Float.self), shape, scratch.pointer, norm.sum.pointer,
        norm.squareSum.pointer, norm.minimum.pointer, norm.maximum.pointer)
    }
  }

  func range(of y: UnsafeMutableRawPointer) -> (Float, Float) {
    var range: (Float, Float) = (0, 0)
    let count = Int64(self.y.storedCount)
    withRange(&range) { range in
      if isHalf {
        ck_range_bf16(y.assumingMemoryBound(to: Halves.self), count, range)
      } else {
        ck_range(y.assumingMemoryBound(to: Float.self), count, range)
      }
    }
    return range
  }

  /// out = kernel(source, residual).
  func forward(
    from source: UnsafeMutableRawPointer, residual: UnsafeMutableRawPointer?,
    to out: UnsafeMutableRawPointer?,
    _ kernel: ck_epilogue, range: UnsafeMutablePointer<Float>?
  ) {
    var kernel = kernel
    if isHalf {
      ck_epilogue_forward_bf16(
        source.assumingMemoryBound(to: Halves.self), residual?.assumingMemoryBound(to: Halves.self),
        out?.assumingMemoryBound(to: Halves.self), y.kernelShape, &kernel, scratch.pointer, range)
    } else {
      ck_epilogue_forward(
        source.assumingMemoryBound(to: Float.self), residual?.assumingMemoryBound(to: Float.self),
        out?.assumingMemoryBound(to: Float.self), y.kernelShape, &kernel, scratch.pointer, range)
    }
  }

  /// `forward` that also finds the range of the values before they are rounded to the grid.
  func forwardWithRange(
    from source: UnsafeMutableRawPointer, residual: UnsafeMutableRawPointer?,
    to out: UnsafeMutableRawPointer?,
    _ kernel: ck_epilogue
  ) -> (Float, Float) {
    var range: (Float, Float) = (0, 0)
    withRange(&range) { forward(from: source, residual: residual, to: out, kernel, range: $0) }
    return range
  }

  /// Masks (gradient + second) in place and, with batch norm, sums it and its product with y − mean a channel.
  func reduceBackward(
    _ gradient: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer?, y: UnsafeMutableRawPointer,
    residual: UnsafeMutableRawPointer?
  ) {
    var kernel = kernelEpilogue(quantizes: observer != nil)
    let shape = self.y.kernelShape
    let mean = norm?.mean.pointer
    if isHalf {
      let target = gradient.assumingMemoryBound(to: Halves.self)
      ck_epilogue_backward_reduce_bf16(
        target, second?.assumingMemoryBound(to: Halves.self), y.assumingMemoryBound(to: Halves.self),
        residual?.assumingMemoryBound(to: Halves.self), target, shape, &kernel, mean, scratch.pointer,
        norm?.sum.pointer, norm?.squareSum.pointer)
    } else {
      let target = gradient.assumingMemoryBound(to: Float.self)
      ck_epilogue_backward_reduce(
        target, second?.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
        residual?.assumingMemoryBound(to: Float.self), target, shape, &kernel, mean, scratch.pointer,
        norm?.sum.pointer, norm?.squareSum.pointer)
    }
  }

  /// Gradient of a trained range, before `reduceBackward` masks the gradients; activations lie in float32.
  func rangeGradient(
    _ gradient: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer?, y: UnsafeMutableRawPointer,
    residual: UnsafeMutableRawPointer?, _ range: TrainedRange
  ) -> Double {
    var kernel = kernelEpilogue(quantizes: true)
    return ck_range_gradient(
      gradient.assumingMemoryBound(to: Float.self), second?.assumingMemoryBound(to: Float.self),
      y.assumingMemoryBound(to: Float.self), residual?.assumingMemoryBound(to: Float.self),
      self.y.kernelShape, &kernel, range.countsRounding ? 1 : 0, scratch.pointer)
  }

  /// target = A·gradient + B·y + C with batch norm's coefficients; frozen statistics have no B and C.
  func applyBackward(
    _ gradient: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer,
    _ norm: BatchNormState, frozen: Bool
  ) {
    let slope = frozen ? nil : norm.gradientSlope.pointer
    let shift = frozen ? nil : norm.gradientShift.pointer
    let shape = self.y.kernelShape
    if isHalf {
      ck_affine_pair_bf16(
        gradient.assumingMemoryBound(to: Halves.self), y.assumingMemoryBound(to: Halves.self),
        target.assumingMemoryBound(to: Halves.self), shape, norm.gradientScale.pointer, slope, shift)
    } else {
      ck_affine_pair(
        gradient.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
        target.assumingMemoryBound(to: Float.self), shape, norm.gradientScale.pointer, slope, shift)
    }
  }

  private func withRange(_ range: inout (Float, Float), _ body: (UnsafeMutablePointer<Float>?) -> Void) {
    withUnsafeMutableBytes(of: &range) { body($0.baseAddress?.assumingMemoryBound(to: Float.self)) }
  }
}
