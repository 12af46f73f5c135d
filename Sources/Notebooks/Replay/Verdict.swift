import Interpreter
import Language

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

  /// Now minus saved, of numbers.
  package var amount: Double? {
    guard case .number(let old?)? = saved, case .number(let new?)? = now else { return nil }
    return new - old
  }

  package var json: JSONObject {
    [
      "name": .string(name), "saved": saved?.json ?? .null, "now": now?.json ?? .null,
      "difference": amount.map(JSONValue.double) ?? .null,
      "within_tolerance": .bool(verdict == .withinTolerance),
    ]
  }
}

extension CellResults {
  /// Compares what a cell gave with what it gave then.
  ///
  /// Values count by name; where one has a name several times, by their order.
  package func compared(withSaved saved: CellResults, _ tolerances: Tolerances) -> (Verdict, [Difference]) {
    var differences: [Difference] = []
    func add(_ name: String, _ old: TypedValue?, _ new: TypedValue?, _ verdict: Verdict) {
      if verdict != .same {
        differences.append(Difference(name: name, saved: old, now: new, verdict: verdict))
      }
    }
    let (status, old) = (TypedValue.text(status.rawValue), TypedValue.text(saved.status.rawValue))
    add("status", old, status, status == old ? .same : .different)
    if errors != saved.errors {
      add(
        "errors", .text(saved.errors.joined(separator: ", ")), .text(errors.joined(separator: ", ")),
        .different)
    }
    let (before, after) = (saved.byName, byName)
    for (name, value) in after.values {
      if let old = before.table[name] {
        add(name, old, value, tolerances.verdict(name, old, value))
      } else {
        add(name, nil, value, .different)
      }
    }
    for (name, value) in before.values where after.table[name] == nil { add(name, value, nil, .different) }
    // Where a value differs, its output says nothing new.
    let named = Set(differences.map { Self.shown + $0.name })
    differences.removeAll { named.contains($0.name) }
    let verdict: Verdict =
      differences.isEmpty
      ? .same : differences.allSatisfy { $0.verdict == .withinTolerance } ? .withinTolerance : .different
    return (verdict, differences)
  }

  /// Values under names that differ.
  private var byName: (values: [(name: String, value: TypedValue)], table: [String: TypedValue]) {
    var table: [String: TypedValue] = [:]
    var counts: [String: Int] = [:]
    let unique = values.map { name, value in
      counts[name, default: 0] += 1
      let name = counts[name] == 1 ? name : "\(name) (\(counts[name, default: 0]))"
      table[name] = value
      return (name: name, value: value)
    }
    return (unique, table)
  }
}
