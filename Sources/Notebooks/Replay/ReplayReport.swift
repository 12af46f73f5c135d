import Glibc
package import Interpreter
package import Text

/// What a whole replay came to.
package struct ReplayReport: Sendable {
  package var path: String
  package var cells: [ReplayedCell] = []
  /// How the saved environment differs from this one; nil where the file names none.
  package var environment: [String]?
  /// Kernels may add in another order here, so values are held to limits and not to the last bit.
  package var computesOtherwise = false
  /// Activations of integer models have as many bits as in the saved run.
  package var hasSameGrids = true
  /// Threads that kernels ran on.
  package var threads = 1
  /// Threads that they run on where nothing else is asked for.
  package var ownThreads = 1
  /// The number of threads is that of the saved run.
  package var followsThreads = true
  /// Runs with other seeds by which the file tells how far its values lie apart; nil where there were none.
  package var seeds: Int?
  package var wasInterrupted = false

  package init(path: String) { self.path = path }

  package func count(_ verdict: Verdict) -> Int { cells.count { $0.verdict == verdict } }

  /// 130 interrupted, 1 a cell failed, 3 a cell differs, else 0.
  package var exitCode: Int32 {
    if wasInterrupted { return 130 }
    if count(.failed) > 0 { return 1 }
    return count(.different) > 0 ? 3 : 0
  }

  /// Every cell was run to its end.
  package var isWhole: Bool { exitCode == 0 || exitCode == 3 }

  /// The last line for `--json`.
  package var json: JSONObject {
    var counts = JSONObject()
    for verdict in Verdict.allCases { counts[verdict.rawValue] = .integer(count(verdict)) }
    let changes = environment.map { JSONValue.array($0.map(JSONValue.string)) } ?? .null
    return [
      "summary": .object(counts), "environment_differences": changes, "exit_code": .integer(Int(exitCode)),
      "threads": .integer(threads), "compared": .string(computesOtherwise ? "by spread" : "to the last bit"),
      "confidence": computesOtherwise ? .double(CellLimits.confidence) : .null,
      "seeds": seeds.map(JSONValue.integer) ?? .null,
    ]
  }

  /// Cells with their verdicts, and each value that differs on a line of its own.
  package var table: Table {
    var rows: [[Table.Cell]] = []
    func blanks(_ count: Int) -> [Table.Cell] { Array(repeating: .blank, count: count) }
    for cell in cells {
      let lead: [Table.Cell] = [
        .plain(cell.record.number), .text(cell.title), .text(verdictWords(cell)),
      ]
      guard let first = cell.differences.first else {
        rows.append(lead + [.text(cell.skipReason ?? "")] + blanks(4))
        continue
      }
      rows.append(lead + Self.columns(first))
      let shown = 8
      rows += cell.differences.dropFirst().prefix(shown - 1).map { blanks(3) + Self.columns($0) }
      let left = cell.differences.count - shown
      if left > 0 { rows.append(blanks(3) + ["and \(left) more"] + blanks(4)) }
    }
    return Table(
      columns: [
        .init("cell", .right), .init("program"), .init("verdict"), .init("what differs"),
        .init("saved", .right),
        .init("now", .right), .init("difference", .right), .init("limit", .right),
      ], rows: rows)
  }

  private func verdictWords(_ cell: ReplayedCell) -> String {
    cell.verdict.rawValue + (cell.isCached ? ", from the session" : "")
  }

  private static func columns(_ difference: Difference) -> [Table.Cell] {
    let whole = [difference.saved, difference.now].map { $0?.words ?? "nothing" }
    let limit = difference.limit.map { "± " + twoDigits($0) } ?? ""
    guard let amount = difference.amount else {
      return ([difference.name] + whole + ["", limit]).map(Table.Cell.text)
    }
    let short = [difference.saved, difference.now].map { value in
      if case .number(let number?)? = value { sixDigits(number) } else { "" }
    }
    // Two numbers that differ in later digits show all of them.
    let numbers = (short[0] == short[1] ? whole : short) + [sixDigits(amount)]
    return [.text(difference.name)] + numbers.map(Table.Cell.spelled) + [.text(limit)]
  }

  /// "8 same, 1 different, 1 skipped".
  package var sentence: String {
    let parts = Verdict.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
    return parts.isEmpty ? "the notebook has no code cells" : parts.joined(separator: ", ")
  }

  /// In which environment the saved results arose, and what that means for the comparison.
  package var environmentNotes: [String] {
    var notes: [String] = []
    if let environment {
      if !environment.isEmpty {
        notes.append("not as in the saved run: " + environment.joined(separator: "; "))
      }
    } else {
      notes.append("the file doesn't say in which environment its results arose")
    }
    if threads != ownThreads, followsThreads {
      notes.append(
        "computed with \(threads) thread\(threads == 1 ? "" : "s"), as the saved run was; --threads here takes the "
          + "\(ownThreads) of this machine")
    }
    guard computesOtherwise else { return notes }
    let told =
      seeds.map { "what chance on the test images gives, and what \($0) runs with other seeds gave" }
      ?? "what chance on the test images gives, and to a guess where it has no part: no other seeds were run for this "
      + "file (replay --update --seeds 3 does so)"
    let share = Int((100 * CellLimits.confidence).rounded())
    notes.append(
      "so kernels may add in another order, and numbers are held to \(told); \(share) % of the differences that arise "
        + "so are within a value's limit")
    if !hasSameGrids {
      notes.append(
        "activations of integer models have another number of bits here, because of the processor's sums of byte "
          + "products: their grids and all that is told of them are not compared")
    }
    return notes
  }
}

/// Six digits behind the point of a number below 10, fewer of a greater one; very small ones as powers of
/// ten.
private func sixDigits(_ value: Double) -> String {
  guard value != value.rounded(), abs(value) < 1e6, abs(value) >= 1e-6 else {
    return JSONValue.double(value).line
  }
  return rounded(value, digits: 7)
}

/// Two digits that count.
private func twoDigits(_ value: Double) -> String { value == 0 ? "0" : rounded(value, digits: 2) }

private func rounded(_ value: Double, digits: Int) -> String {
  let exponent = Int(exactly: log10(abs(value)).rounded(.down)) ?? 0
  // Of numbers below 1 that are told with many digits, those behind the point count.
  let places = digits - 1 - (digits > 2 ? max(0, exponent) : exponent)
  guard (0...15).contains(places) else { return JSONValue.double(value).line }
  let scale = pow(10, Double(places))
  return JSONValue.double((value * scale).rounded() / scale).line
}
