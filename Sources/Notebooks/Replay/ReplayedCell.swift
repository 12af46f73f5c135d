package import Text

/// A code cell of a replay with its verdict.
package struct ReplayedCell: Sendable {
  package var record: CellRecord
  package var verdict: Verdict
  package var differences: [Difference]
  /// Why the saved result may not be what the program gives.
  package var stale: [StaleReason]
  /// Its program or what it used is another than that of the saved results.
  package var isOfOtherInputs = false
  /// Why it wasn't run; nil where it was.
  package var skipReason: String?
  /// It was not run: its results come from an earlier run of the same program on the same inputs.
  package var isCached: Bool { record.isServed }

  /// The line for `--json`: that of `run` with the verdict.
  package var json: JSONObject {
    var object = record.json
    if skipReason != nil { object["status"] = .string("skipped") }
    object["verdict"] = .string(verdict.rawValue)
    object["differences"] = .array(differences.map { .object($0.json) })
    if !stale.isEmpty { object["stale"] = .array(stale.map { .string($0.words) }) }
    if let skipReason { object["reason"] = .string(skipReason) }
    if isCached { object["cached"] = .bool(true) }
    return object
  }

  /// The first line of the program, for tables.
  var title: String {
    let lines = record.source.split(separator: "\n").filter { !$0.hasPrefix("#") }
    guard let first = lines.first else { return "" }
    return first.count > 48 ? first.prefix(47) + "…" : String(first)
  }
}
