package import Language

/// How far a value may be from the saved one.
package struct Tolerances: Sendable, Equatable {
  /// What was asked for by name: `accuracy`, or `teacher.accuracy` in full.
  private var named: [String: Double] = [:]
  /// What was asked for all values.
  private var all: Double?
  /// True where the saved results come from another environment, in which kernels add in another order.
  package var isOtherEnvironment = false

  package init() {}

  /// Adds `accuracy=0.01`, or a number for all: the greatest absolute difference.
  package mutating func add(_ text: String) throws(Diagnostic) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let written = parts.last, let value = Double(written), value.isFinite, value >= 0,
      parts.count == 1 || !(parts.first ?? "").isEmpty
    else {
      throw Diagnostic(
        id: "bad-tolerance", message: "\(quoted(text)) is no tolerance",
        notes: ["try: --tolerance accuracy=0.01", "try: --tolerance 0.001, for all values"])
    }
    if parts.count == 1 { all = value } else { named[parts[0]] = value }
  }

  /// Names that fit none of the values.
  package func unused(among values: Set<String>) -> [String] {
    let known = values.union(values.map(lastPart))
    return named.keys.filter { !known.contains($0) }.sorted()
  }

  /// How two values of a name compare.
  package func verdict(_ name: String, _ saved: TypedValue, _ now: TypedValue) -> Verdict {
    guard saved != now else { return .same }
    if isOtherEnvironment, Measured.kernels.contains(lastPart(of: name)) { return .withinTolerance }
    guard case .number(let old?) = saved, case .number(let new?) = now else { return .different }
    let difference = abs(old - new)
    let asked = named[name] ?? named[lastPart(of: name)] ?? all
    if let asked { return difference <= asked * (1 + 1e-9) ? .withinTolerance : .different }
    guard isOtherEnvironment else { return .different }
    return difference <= Self.band(of: lastPart(of: name), around: old) ? .withinTolerance : .different
  }

  /// The difference that is expected from another environment after epochs of training.
  ///
  /// Counts and sizes don't change at all. Shares of images: one point in a hundred. Points: one. Decibels: a half.
  /// Bins
  /// of a histogram: a quarter of the saved count, and three. Losses, scales and all else: a twentieth of the saved
  /// value, and a thousandth.
  package static func band(of metric: String, around saved: Double) -> Double {
    if metric.hasSuffix("bytes")
      || ["epochs", "bits", "keep_layers", "rows", "size", "ratio"].contains(metric)
    {
      return 0
    }
    if metric.hasSuffix("accuracy") || metric.hasSuffix("agreement") || metric == "recovery" { return 0.01 }
    if metric.hasSuffix("points") || metric == "change" { return 1 }
    if metric.hasSuffix("_db") || metric.contains("SQNR") { return 0.5 }
    if metric.hasPrefix("counts[") { return abs(saved) / 4 + 3 }
    return abs(saved) / 20 + 0.001
  }
}
