/// Seconds that one thing took, pass after pass in several rounds: what is said of it is the median, and how far that
/// may be off.
package struct PassTimes: Hashable, Sendable {
  /// By round, in the order in which they were measured.
  package private(set) var rounds: [[Double]] = []

  package init(rounds: [[Double]] = []) { self.rounds = rounds }

  mutating func add(_ seconds: Double, round: Int) {
    while rounds.count <= round { rounds.append([]) }
    rounds[round].append(seconds)
  }

  /// 0 where nothing was measured.
  package var median: Double { quantile(0.5, of: rounds.flatMap { $0 }) }

  /// How far the median may be off, as a share of it: 0.03 for ±3 %.
  ///
  /// Half of the passes lie within the farther quartile. Rounds have buffers and layouts of their own, which make a
  /// difference that stays for a whole round; so it reaches over their medians, too. A percent is what clocks and
  /// caches leave open at best.
  package var spread: Double {
    let middle = median
    guard middle > 0 else { return Self.least }
    let all = rounds.flatMap { $0 }
    let quartiles = max(quantile(0.75, of: all) - middle, middle - quantile(0.25, of: all))
    let medians = rounds.filter { !$0.isEmpty }.map { quantile(0.5, of: $0) }
    let rounds = (medians.max() ?? middle) - (medians.min() ?? middle)
    return max(quartiles / middle, rounds / middle, Self.least)
  }

  private static let least = 0.01

  private func quantile(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let place = share * Double(sorted.count - 1)
    let below = Int(place.rounded(.down))
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
