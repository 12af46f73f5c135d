import Foundation

extension TrainingRecipe.Schedule {
  /// Learning rate of a step, counted from 0 of `steps`, where `peak` is the largest.
  ///
  /// Cosine falls to zero. One-cycle is PyTorch's `OneCycleLR` (Smith, Topin: "Super-Convergence", 2018): over the
  /// first 30 % up from peak/25, then down to peak/250,000, both along a cosine.
  package func rate(step: Int, of steps: Int, peak: Double) -> Double {
    switch self {
    case .constant: return peak
    case .cosine: return peak * 0.5 * (1 + cos(.pi * Double(step) / Double(max(steps, 1))))
    case .oneCycle:
      let summit = 0.3 * Double(steps) - 1
      let end = Double(steps - 1)
      let position = Double(step)
      func annealed(from: Double, to: Double, share: Double) -> Double {
        to + (from - to) / 2 * (1 + cos(.pi * share))
      }
      if position <= summit, summit > 0 {
        return annealed(from: peak / 25, to: peak, share: position / summit)
      }
      let start = max(summit, 0)
      let share = end > start ? (position - start) / (end - start) : 0
      return annealed(from: peak, to: peak / 250_000, share: share)
    }
  }
}
