/// Switches that a run throws while it trains; steps look at them each time.
package final class PlanPhase {
  /// Batch norm normalises with its running statistics and no longer moves them.
  package var batchNormFrozen = false
  /// Activation ranges stay as they are.
  package var observersFrozen = false

  /// A batch's statistics were infinite or NaN: training has diverged, even where rounding hides it from the loss.
  package var diverged = false

  /// What dropout draws from, the run's seed and the number of the step: equal numbers give equal masks.
  package var randomSeed: UInt64 = 0
  package var randomStep: UInt64 = 0

  init() {}
}
