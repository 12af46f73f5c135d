import Language
import SessionStore
import Text

/// `compare run 3, run 5`: what runs have otherwise than each other, side by side, and their curves.
func comparedRuns(_ numbers: [String], _ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  // Statements before it in the cell may make the runs.
  if workspace.statementCount == 1 { _ = try rows(numbers, arguments, workspace) }
  return Plan { workspace, console in
    let comparison = RunComparison(runs: try rows(numbers, arguments, workspace))
    if let form = arguments.form {
      console.put(.table(comparison.exactTable(form)))
      return .done
    }
    console.put(.table(comparison.table))
    if comparison.sameCount > 0 {
      console.note(
        "\(counted(comparison.sameCount, "setting")) that all of them have alike \(comparison.sameCount == 1 ? "is" : "are") left out: show run \(numbers[0]) lists \(comparison.sameCount == 1 ? "it" : "them")"
      )
    }
    for curve in try comparison.curves { console.put(.curve(curve)) }
    return .done
  }
}

private func rows(_ numbers: [String], _ arguments: Arguments, _ workspace: Workspace) throws -> [RunRow] {
  let runs = try workspace.runRows()
  let range = arguments.range(of: .comparedRuns) ?? arguments.verb.range
  return try numbers.map { number in
    guard let run = runs.first(where: { "\($0.number)" == number }) else {
      throw StatementError.unknownRun(
        Word(text: number, range: range), count: runs.count, models: runs.map(\.model))
    }
    return run
  }
}

private struct RunComparison {
  var runs: [RunRow]

  private var names: [String] { runs.map { "run \($0.number)" } }

  /// Settings that any of them has, by name.
  private var keys: [String] { Set(runs.flatMap(\.settings.keys)).sorted() }

  private func isSame(_ key: String) -> Bool { Set(runs.map { $0.settings[key] }).count == 1 }

  var sameCount: Int { keys.count(where: isSame) }

  /// What the runs are and came to, and then the settings that differ.
  var table: Table {
    func row(_ name: String, _ cell: (RunRow) -> Table.Cell) -> [Table.Cell] {
      [.text(name)] + runs.map(cell)
    }
    let facts = [
      row("model") { .text($0.model) }, row("kind") { .text($0.kind.rawValue) },
      row("status") { .text($0.status.rawValue) }, row("epochs done") { .plain($0.epochsDone) },
      row("steps done") { .count($0.stepsDone) },
      row("accuracy") { $0.lastAccuracy.map { .percentage($0) } ?? .blank },
      row("last loss") { $0.lastLoss.map { .fixed($0, 4) } ?? .blank },
      row("training") { $0.seconds.map { .seconds($0) } ?? .blank.measured },
    ]
    let settings = keys.filter { !isSame($0) }.map { key in
      row(key) { run in run.settings[key].map { .spelled($0) } ?? .blank }
    }
    return Table(
      columns: [Table.Column("setting")] + names.map { Table.Column($0) }, rows: facts + settings)
  }

  /// The same for other programs.
  func exactTable(_ form: TableForm) -> Table {
    func cells(_ name: String, _ cell: (RunRow) -> Table.Cell) -> [Table.Cell] {
      [.text(name)] + runs.map(cell)
    }
    func number(_ value: Double?) -> Table.Cell { value.map { .spelled(plain($0)) } ?? .blank }
    var table = table
    table.rows =
      table.rows.filter { !["accuracy", "last loss", "training"].contains($0[0].text) }
      + [
        cells("accuracy") { number($0.lastAccuracy) }, cells("last loss") { number($0.lastLoss) },
        cells("training (s)") { number($0.seconds).measured },
      ]
    table.form = form
    return table
  }

  /// Their losses in one picture, and the accuracies after their epochs in another.
  var curves: [Curve] {
    get throws {
      let losses = try series("loss")
      let accuracies = try zip(names, runs).compactMap { name, run -> Curve.Series? in
        for key in ["validation_accuracy", "test_accuracy"] {
          let points = try run.points(key).map { Curve.Point(x: $0.x, y: 100 * $0.y) }
          if !points.isEmpty { return Curve.Series(name: name, points: points) }
        }
        return nil
      }
      return [
        losses.isEmpty
          ? nil : Curve(title: "loss", xLabel: "step", yLabel: "loss", series: losses, since: 3),
        accuracies.isEmpty
          ? nil
          : Curve(
            title: "accuracy after epochs", xLabel: "step", yLabel: "accuracy, %", series: accuracies,
            since: 3),
      ].compactMap { $0 }
    }
  }

  private func series(_ key: String) throws -> [Curve.Series] {
    try zip(names, runs).map { Curve.Series(name: $0, points: try $1.points(key)) }.filter {
      !$0.points.isEmpty
    }
  }
}
