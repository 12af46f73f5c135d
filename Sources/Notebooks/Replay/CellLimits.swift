/// How far the values of a cell may be from the saved ones where the run was computed in another environment.
///
/// Two runs that differ by their random numbers alone stay within with the confidence; two that differ by
/// roundings alone differ less. The limit of a number is √2·√((t·s)² + (z·c)²): s is its deviation over the
/// runs with other seeds, or the usual one of its kind where that is greater, c the deviation by chance on
/// the test images, t and z the quantiles of Student's and of the normal distribution.
package struct CellLimits: Sendable {
  /// Of two runs that differ by chance alone, so many in all have a value within its limit.
  package static let confidence = 0.99

  /// What was kept with the cell; nil where no other seeds were run.
  var spread: CellSpread?
  var kinds: KindSpreads
  package var chance = ChanceDeviation()
  /// False where one of the runs has activations of 8 bits and the other of 7.
  package var hasSameGrids = true
  /// The cell's results follow from no kernel: words are the same everywhere, and numbers but for their last digits.
  package var followsFromKernels = true
  /// Sizes of a curve's points in the saved results, by the name of their series.
  var points: [String: (scale: PointScale, count: Int)] = [:]

  package init(spread: CellSpread?, kinds: KindSpreads = KindSpreads()) {
    self.spread = spread
    self.kinds = kinds
  }

  /// Takes in how great the points of the saved curves are.
  mutating func measureCurves(_ saved: CellResults) {
    var values: [String: [Double]] = [:]
    for (name, value) in saved.condensed {
      if let group = ValueName(name).group, case .number(let number?) = value {
        values[group, default: []].append(number)
      }
    }
    points = values.mapValues { (PointScale($0), $0.count) }
  }

  /// How a value compares that isn't the saved one, and how far it might be.
  ///
  /// `step` is what one in the last shown digit stands for; nil on either side is a value that came or went.
  func verdict(
    _ name: String, _ saved: TypedValue?, _ now: TypedValue?, step: Double
  ) -> (verdict: Verdict, limit: Double?) {
    if !followsFromKernels { return lastDigits(saved, now) }
    if spread?.varies(name) ?? false { return (.withinTolerance, nil) }
    if !hasSameGrids, !isOfGrids(ValueName(name)) { return (.withinTolerance, nil) }
    switch (saved, now) {
    case (.number(let old?)?, .number(let new?)?):
      let limit = limit(name, old, step: step)
      return (abs(old - new) <= limit ? .withinTolerance : .different, limit)
    case (.text(let old)?, .text(let new)?):
      return (areAlike(name, old, new) ? .withinTolerance : .different, nil)
    default: return (.different, nil)
    }
  }

  /// Compilers fuse a product and a sum on processors that do.
  private func lastDigits(_ saved: TypedValue?, _ now: TypedValue?) -> (verdict: Verdict, limit: Double?) {
    guard case (.number(let old?)?, .number(let new?)?) = (saved, now), !isWhole(old) || !isWhole(new) else {
      return (.different, nil)
    }
    let limit = max(abs(old), 1e-3) * 1e-5
    return (abs(old - new) <= limit ? .withinTolerance : .different, limit)
  }

  private func isWhole(_ value: Double) -> Bool { value == value.rounded() }

  /// Values that stay comparable where the grids aren't the same.
  private func isOfGrids(_ name: ValueName) -> Bool {
    name.isShareOfImages || name.isPoints || name.isRecovery || name.isLoss || name.isCount
      || name.base == CellResults.settings
  }

  private func limit(_ name: String, _ saved: Double, step: Double) -> Double {
    let parsed = ValueName(name)
    if let group = parsed.group { return pointLimit(group, saved) }
    let chance = chance.of(name)
    guard let spread else {
      if parsed.isCount { return 0 }
      // What training adds is taken to be as much as chance, where no other seeds told it.
      if chance > 0 { return limit(deviation: root(chance, chance), quantile: Self.normal) + step }
      return Self.unmeasured(parsed, around: saved) + step
    }
    let own = spread.deviation(name)
    let usual = kinds.deviation(parsed.kind, of: saved, isAbsolute: parsed.isAbsolute)
    return limit(deviation: max(own, usual), chance: chance, seeds: spread.seeds, step: step)
  }

  private func limit(deviation: Double, chance: Double, seeds: Int, step: Double) -> Double {
    guard deviation > 0 || chance > 0 else { return 0 }
    let quantile = Quantile.student(degrees: seeds, confidence: Self.confidence)
    return limit(deviation: root(quantile * deviation, Self.normal * chance), quantile: 1) + step
  }

  /// Of the difference of two values with a deviation.
  private func limit(deviation: Double, quantile: Double) -> Double {
    2.0.squareRoot() * quantile * deviation
  }

  private static let normal = Quantile.normal(confidence: confidence)

  /// A series has one deviation for all its points, and the confidence is that all of them are within.
  private func pointLimit(_ group: String, _ saved: Double) -> Double {
    let known = points[group]
    let size = known?.scale.size(saved) ?? abs(saved)
    guard let spread else { return size / 5 }
    let count = max(1, known?.count ?? 1)
    let quantile = Quantile.student(
      degrees: spread.seeds * count, confidence: 1 - (1 - Self.confidence) / Double(count))
    return limit(deviation: spread.deviation(group) * size, quantile: quantile)
  }

  /// The same words, and numbers within their limits.
  private func areAlike(_ name: String, _ saved: String, _ now: String) -> Bool {
    let (old, new) = (TextNumbers(saved), TextNumbers(now))
    let parsed = ValueName(name)
    // What was asked for is no measurement.
    guard old.words == new.words, parsed.base != CellResults.settings else { return false }
    return zip(old.numbers, new.numbers).enumerated().allSatisfy { index, pair in
      let (before, after) = pair
      let difference = abs(before.value - after.value)
      if difference == 0 { return true }
      // Zeros at the end are left out of some numbers, so the one with more digits tells how many are shown.
      let step = min(before.step, after.step)
      guard let spread else {
        return !(before.isWhole && after.isWhole) && difference <= abs(before.value) / 10 + step
      }
      let own = spread.deviation(ValueName.number(index, in: name))
      let usual = kinds.deviation(before.kind(in: parsed), of: before.value, isAbsolute: false)
      return difference
        <= limit(deviation: max(own, usual), chance: 0, seeds: spread.seeds, step: step)
    }
  }

  /// A guess where neither chance nor other seeds tell: half a decibel, a point, a fifth of a loss and of
  /// a curve's points, and of all else a tenth.
  private static func unmeasured(_ name: ValueName, around saved: Double) -> Double {
    if name.isDecibels { return 0.5 }
    if name.isShareOfImages || name.isRecovery { return 0.01 }
    if name.isPoints { return 1 }
    return abs(saved) / (name.isLoss ? 5 : 10) + 0.001
  }
}
