extension FixedWidthInteger where Self: SignedInteger {
  /// The whole part of a number, towards zero: the type's nearest bound where it lies beyond, 0 for NaN.
  ///
  /// Swift's own conversions end the process there, which no number that comes from a user, a file or training may do.
  @inlinable
  package init(clamping value: Double) {
    // Int's bounds as floats: the lower one is exact, the upper one is the first that does not fit.
    if value >= -0x1p63, value < 0x1p63 {
      self.init(clamping: Int(value))
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }

  /// The same of a number in single precision.
  @inlinable
  package init(clamping value: Float) { self.init(clamping: Double(value)) }
}
