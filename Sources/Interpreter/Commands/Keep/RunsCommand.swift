import SessionStore
import Text

extension Command {
  static let runs = Command(
    "runs", "list the training runs of the session", keywords: [.form],
    examples: ["runs", "runs as csv"],
    footprint: { _, _ in Footprint(uses: [.runs]) }
  ) { arguments, _ in
    let form = arguments.form
    return Plan { workspace, console in
      let runs = try workspace.runRows()
      if let form {
        console.put(.table(exactTable(of: runs, form)))
        return .done
      }
      guard !runs.isEmpty else {
        console.text("nothing was trained yet; begin with: teacher = train resnet18")
        return .done
      }
      console.put(
        .table(
          Table(
            columns: [
              Table.Column("run", .right), Table.Column("kind"), Table.Column("model"),
              Table.Column("status"), Table.Column("epochs", .right), Table.Column("steps", .right),
              Table.Column("last loss", .right), Table.Column("seconds", .right),
            ],
            rows: runs.enumerated().map { number, run in
              [
                .plain(number + 1), .text(run.kind.rawValue), .text(run.model), .text(run.status.rawValue),
                .plain(run.epochsDone), .count(run.stepsDone),
                run.lastLoss.map { .fixed($0, 4) } ?? .blank,
                run.seconds.map { Table.Cell.fixed($0, 1, .seconds).measured } ?? .blank.measured,
              ]
            })))
      console.note("show run N tells more of one")
      console.tell(stopped: try workspace.store.resumableRuns())
      return .done
    }
  }
}

/// The runs for other programs.
private func exactTable(of runs: [RunRow], _ form: TableForm) -> Table {
  Table(
    as: form,
    [
      .number("run", nil) { Double($0 + 1) }, .words("kind") { runs[$0].kind.rawValue },
      .words("model") { runs[$0].model }, .words("status") { runs[$0].status.rawValue },
      .number("epochs", nil) { Double(runs[$0].epochsDone) },
      .number("steps", nil) { Double(runs[$0].stepsDone) },
      .number("last loss", nil) { runs[$0].lastLoss },
      .number("duration", "s", repeats: false) { runs[$0].seconds },
    ], count: runs.count)
}
