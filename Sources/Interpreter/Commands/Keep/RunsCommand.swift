import SessionStore
import Text

extension Command {
  static let runs = Command(
    "runs", "list the training runs of the session", examples: ["runs"],
    footprint: { _, _ in Footprint(uses: [.runs]) }
  ) { _, _ in
    Plan { workspace, console in
      let runs = try workspace.runRows()
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
      return .done
    }
  }
}
