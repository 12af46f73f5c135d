import GraphIR

/// Adds a number to every seed that `body` uses, for the same program with other random numbers.
///
/// First weights, orders, augmentation and samples change; images that a seed draws stay as they are. Shifts
/// don't add up.
package func withSeedsShifted<Result>(by shift: UInt64, _ body: () -> Result) -> Result {
  SeededGenerator.$shift.withValue(shift) { body() }
}
