import Glibc
package import Interpreter

/// What a whole replay came to.
package struct ReplayReport: Sendable {
  package var path: String
  package var cells: [ReplayedCell] = []
  /// How the saved environment differs from this one; nil where the file names none.
  package var environment: [String]?
  package var wasInterrupted = false

  package init(path: String) { self.path = path }

  package func count(_ verdict: Verdict) -> Int { cells.count { $0.verdict == verdict } }

  /// 130 interrupted, 1 a cell failed, 3 a cell differs, else 0.
  package var exitCode: Int32 {
    if wasInterrupted { return 130 }
    if count(.failed) > 0 { return 1 }
    return count(.different) > 0 ? 3 : 0
  }

  /// The last line for `--json`.
  package var json: JSONObject {
    var counts = JSONObject()
    for verdict in Verdict.allCases { counts[verdict.rawValue] = .integer(count(verdict)) }
    let changes = environment.map { JSONValue.array($0.map(JSONValue.string)) } ?? .null
    return [
      "summary": .object(counts), "environment_differences": changes, "exit_code": .integer(Int(exitCode)),
    ]
  }

  /// Cells with their verdicts, and each value that differs on a line of its own.
  package var table: Table {
    var rows: [[String]] = []
    for cell in cells {
      let lead = ["\(cell.record.number)", cell.title, verdictWords(cell)]
      guard let first = cell.differences.first else {
        rows.append(lead + [cell.skipReason ?? "", "", "", ""])
        continue
      }
      rows.append(lead + Self.columns(first))
      let shown = 8
      rows += cell.differences.dropFirst().prefix(shown - 1).map { ["", "", ""] + Self.columns($0) }
      let left = cell.differences.count - shown
      if left > 0 { rows.append(["", "", "", "and \(left) more", "", "", ""]) }
    }
    return Table(
      columns: [
        .init("cell", .right), .init("program"), .init("verdict"), .init("what differs"),
        .init("saved", .right),
        .init("now", .right), .init("difference", .right),
      ], rows: rows)
  }

  private func verdictWords(_ cell: ReplayedCell) -> String {
    cell.verdict.rawValue + (cell.isCached ? ", from the session" : "")
  }

  private static func columns(_ difference: Difference) -> [String] {
    let (saved, now) = (difference.saved?.words ?? "nothing", difference.now?.words ?? "nothing")
    guard let amount = difference.amount else { return [difference.name, saved, now, ""] }
    let short = [difference.saved, difference.now].map { value in
      if case .number(let number?)? = value { sixDigits(number) } else { "" }
    }
    // Two numbers that differ in later digits show all of them.
    let numbers = short[0] == short[1] ? [saved, now] : short
    return [difference.name] + numbers + [sixDigits(amount)]
  }

  /// "8 same, 1 different, 1 skipped".
  package var sentence: String {
    let parts = Verdict.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
    return parts.isEmpty ? "the notebook has no code cells" : parts.joined(separator: ", ")
  }

  /// In which environment the saved results arose, and what that means for the comparison.
  package var environmentNote: String? {
    guard let environment else {
      return "the file doesn't say in which environment its results arose, so numbers may differ within bands"
    }
    guard !environment.isEmpty else { return nil }
    return "not as in the saved run: " + environment.joined(separator: "; ")
  }
}

/// Six digits behind the point of a number below 10, fewer of a greater one; very small ones as powers of ten.
private func sixDigits(_ value: Double) -> String {
  guard value != value.rounded(), abs(value) < 1e6, abs(value) >= 1e-6 else {
    return JSONValue.double(value).line
  }
  let exponent = max(0, Int(exactly: log10(abs(value)).rounded(.down)) ?? 0)
  let scale = pow(10, Double(6 - exponent))
  return JSONValue.double((value * scale).rounded() / scale).line
}
