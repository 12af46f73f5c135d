import GraphIR
import Text

extension Command {
  static let models = Command(
    "models", "list the models of the session", examples: ["models"],
    footprint: { _, known in Footprint(uses: known.uses()) }
  ) { _, _ in
    Plan { workspace, console in
      let entries = workspace.models
      guard !entries.isEmpty else {
        console.text("there is no model yet; make one with: teacher = train resnet18")
        return .done
      }
      console.put(.table(table(of: entries)))
      return .done
    }
  }
}

private func table(of entries: [ModelEntry]) -> Table {
  Table(
    columns: [
      Table.Column("model"), Table.Column("kind"), Table.Column("network"), Table.Column("accuracy", .right),
      Table.Column("size", .right), Table.Column("from"), Table.Column("data"),
    ],
    rows: entries.map { entry in
      [
        .text(entry.name), .text(entry.kind.words), .text(entry.graph.architecture),
        entry.figures["accuracy"].map { .percentage($0) } ?? .blank,
        entry.byteCount.map { .bytes($0) } ?? .blank, .text(entry.details[.start] ?? ""),
        .text(entry.details[.data] ?? ""),
      ]
    })
}
