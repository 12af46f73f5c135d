import CKernels

/// What the program's own kernels do to sums of products before they are stored.
struct SumsEnd {
  var bias: Operand?
  /// Adds to what lies in the destination.
  var adds = false
  var bounds: (low: Float, high: Float) = (-.infinity, .infinity)

  func bound(_ memory: PlanMemory) -> ck_sums_end {
    ck_sums_end(
      bias: bias.map { UnsafePointer(memory.floats($0)) }, adds: adds ? 1 : 0, low: bounds.low,
      high: bounds.high)
  }
}
