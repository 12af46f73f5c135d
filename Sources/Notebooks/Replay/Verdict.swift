import Interpreter
import Language
package import Text

/// How a replayed cell compares with its saved result.
package enum Verdict: String, Sendable, CaseIterable {
  /// Every typed value is the saved one, to the last bit.
  case same
  case withinTolerance = "within tolerance"
  case different
  /// There is no saved result to compare with.
  case new
  /// It wasn't run: tagged so, blank, or behind a cell that failed.
  case skipped
  /// It failed and isn't tagged `raises-exception`, or was interrupted.
  case failed
}

/// One value that isn't the saved one.
package struct Difference: Sendable, Equatable {
  package var name: String
  /// Nil where the value is new.
  package var saved: TypedValue?
  /// Nil where the value is gone.
  package var now: TypedValue?
  package var verdict: Verdict
  /// How far it might be from the saved one; nil where it has to be that.
  package var limit: Double?

  /// Now minus saved, of numbers.
  package var amount: Double? {
    guard case .number(let old?)? = saved, case .number(let new?)? = now else { return nil }
    return new - old
  }

  package var json: JSONObject {
    [
      "name": .string(name), "saved": saved?.json ?? .null, "now": now?.json ?? .null,
      "difference": amount.map(JSONValue.double) ?? .null, "limit": limit.map(JSONValue.double) ?? .null,
      "within_tolerance": .bool(verdict == .withinTolerance),
    ]
  }
}

extension CellResults {
  /// Compares what a cell gave with what it gave then.
  ///
  /// Values count by name; where one has a name several times, by their order. `limits` is nil where they
  /// have to be the same to the last bit, but for what `tolerances` accept.
  /// Results of a `format` before a value's own aren't blamed for its lack.
  package func compared(
    withSaved saved: CellResults, _ tolerances: Tolerances, _ limits: CellLimits? = nil,
    format: Int = RecordFormat.current
  ) -> (Verdict, [Difference]) {
    var ending: [Difference] = []
    func require(_ name: String, _ old: String, _ new: String) {
      guard old != new else { return }
      ending.append(Difference(name: name, saved: .text(old), now: .text(new), verdict: .different))
    }
    require("status", saved.status.rawValue, status.rawValue)
    require("errors", saved.errors.joined(separator: ", "), errors.joined(separator: ", "))
    func isOwed(_ pair: (name: String, old: TypedValue?, new: TypedValue?)) -> Bool {
      pair.old != nil || since[ValueName(pair.name).base].map { $0 <= format } ?? true
    }
    let pairs = Self.pairs(saved.values, values).filter(isOwed)
    if ending.isEmpty, pairs.isEmpty { return (.same, []) }
    var limits = limits
    limits?.measureCurves(saved)
    let compared = limits == nil ? pairs : Self.pairs(saved.condensed, condensed).filter(isOwed)
    var differences = compared.map { name, old, new in
      let step = max(steps[name] ?? 0, saved.steps[name] ?? 0)
      let (verdict, limit) = tolerances.verdict(name, old, new, limits, step: step)
      return Difference(name: name, saved: old, now: new, verdict: verdict, limit: limit)
    }
    // Where a value differs, its output says nothing new.
    let named = Set(differences.map { Self.shown + $0.name })
    differences.removeAll { named.contains($0.name) }
    differences = ending + differences
    return (differences.contains { $0.verdict == .different } ? .different : .withinTolerance, differences)
  }

  /// Values that aren't the same; nil stands for one that is new or gone.
  private static func pairs(
    _ saved: [NamedValue], _ now: [NamedValue]
  ) -> [(name: String, old: TypedValue?, new: TypedValue?)] {
    let (before, after) = (NamedValues(saved), NamedValues(now))
    let kept = after.ordered.compactMap { name, value in
      before.table[name] == value ? nil : (name, before.table[name], Optional(value))
    }
    let gone = before.ordered.filter { after.table[$0.name] == nil }.map {
      ($0.name, Optional($0.value), nil as TypedValue?)
    }
    return kept + gone
  }
}
