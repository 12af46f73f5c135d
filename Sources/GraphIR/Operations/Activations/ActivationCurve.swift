/// A continuous function through 0 in three pieces: slope·x up to `lower` and from `upper` on, between them
/// x·(linear + square·x).
///
/// The derivative at a bound is that of the outer piece.
package struct ActivationCurve: Hashable, Sendable {
  package var name: String
  /// What it was written with.
  package var arguments: [Float] = []
  package var lower: Float
  package var upper: Float
  package var slopeBelow: Float
  package var slopeAbove: Float = 1
  package var linear: Float = 0
  package var square: Float = 0

  package func value(at x: Float) -> Float {
    if x <= lower { return x * slopeBelow }
    return x >= upper ? x * slopeAbove : x * (linear + square * x)
  }

  package func derivative(at x: Float) -> Float {
    if x <= lower { return slopeBelow }
    return x >= upper ? slopeAbove : linear + 2 * square * x
  }
}
