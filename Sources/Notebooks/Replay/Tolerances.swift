package import Language

/// Differences that were asked to be accepted, by the name of a value or for all.
package struct Tolerances: Sendable, Equatable {
  /// What was asked for by name: `accuracy`, or `teacher.accuracy` in full.
  private var named: [String: Double] = [:]
  /// What was asked for all values.
  private var all: Double?

  package init() {}

  /// Adds `accuracy=0.01`, or a number for all: the greatest absolute difference.
  package mutating func add(_ text: String) throws(Diagnostic) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    // Swift reads hexadecimal numbers, too, in which 0x1p0 is 1.
    guard let written = parts.last, written.allSatisfy({ "0123456789.eE+-".contains($0) }),
      let value = Double(written), value.isFinite, value >= 0, value.sign == .plus,
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

  /// How two values of a name compare that aren't the same, and how far they might be apart.
  ///
  /// What was asked for goes before `limits`, which are nil where a value has to be the same to the last bit;
  /// nil on either side is a value that came or went.
  package func verdict(
    _ name: String, _ saved: TypedValue?, _ now: TypedValue?, _ limits: CellLimits?, step: Double = 0
  ) -> (verdict: Verdict, limit: Double?) {
    if case (.number(let old?)?, .number(let new?)?) = (saved, now),
      let asked = named[name] ?? named[lastPart(of: name)] ?? all
    {
      return (abs(old - new) <= asked * (1 + 1e-9) ? .withinTolerance : .different, asked)
    }
    return limits?.verdict(name, saved, now, step: step) ?? (.different, nil)
  }
}
