package import GraphIR

/// The least scale: the distance of 1 to the next float, below which 1/scale loses its meaning.
package let leastQuantizationScale: Float = 1.192_092_9e-7

/// Scale and zero point that map a range of values onto a grid, in the arithmetic of PyTorch's observers.
///
/// Affine, with lo = min(0, minimum) and hi = max(0, maximum): scale (hi − lo)/(qmax − qmin), zero point
/// qmin − rint(lo/scale), clamped to the grid; so 0 is always representable. Symmetric: scale
/// max(|lo|, |hi|)/((qmax − qmin)/2), zero point 0. A NaN bound counts as 0, an infinite one as the greatest
/// finite float, and an empty or constant zero range has the least scale: the result is always finite.
package func chooseQuantizationParameters(
  minimum: Float, maximum: Float, grid: QuantizationGrid
) -> QuantizationParameters {
  // Comparisons with NaN are false, so NaN ends as 0; so does an empty range, +∞ to −∞.
  let low = minimum < 0 ? max(minimum, -.greatestFiniteMagnitude) : 0
  let high = maximum > 0 ? min(maximum, .greatestFiniteMagnitude) : 0
  return grid.symmetric ? symmetric(low, high, grid) : affine(low, high, grid)
}

private func symmetric(_ low: Float, _ high: Float, _ grid: QuantizationGrid) -> QuantizationParameters {
  let scale = max(-low, high) / (Float(grid.maximum - grid.minimum) / 2)
  return QuantizationParameters(scale: gridScale(scale, grid), zeroPoint: 0, grid: grid)
}

/// A scale as the grid allows it: no less than the least one, and the next power of two where it asks for that.
package func gridScale(_ scale: Float, _ grid: QuantizationGrid) -> Float {
  let scale = max(scale, leastQuantizationScale)
  guard grid.powerOfTwo, scale.isFinite, scale.significand != 1 else { return scale }
  return Float(sign: .plus, exponent: scale.exponent + 1, significand: 1)
}

private func affine(_ low: Float, _ high: Float, _ grid: QuantizationGrid) -> QuantizationParameters {
  let steps = Float(grid.maximum - grid.minimum)
  let width = high - low
  let scale = gridScale(width.isFinite ? width / steps : high / steps - low / steps, grid)
  let zeroPoint = Float(grid.minimum) - (low / scale).rounded(.toNearestOrEven)
  return QuantizationParameters(
    scale: scale,
    zeroPoint: Int32(clamping: min(max(zeroPoint, Float(grid.minimum)), Float(grid.maximum))), grid: grid)
}
