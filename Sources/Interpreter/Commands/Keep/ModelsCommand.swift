import GraphIR
import Text

extension Command {
  static let models = Command(
    "models", "list the models of the session", keywords: [.form], examples: ["models", "models as csv"],
    reasons:
      "\"from\" is what a model was started or made from; an earlier one is one that was made again since.",
    footprint: { _, known in Footprint(uses: known.uses()) }
  ) { arguments, _ in
    let form = arguments.form
    return Plan { workspace, console in
      let entries = workspace.models
      if let form {
        console.put(.table(exactTable(of: entries, form)))
        return .done
      }
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
        entry.byteCount.map { .bytes($0) } ?? .blank, .text(startWords(of: entry, among: entries)),
        .text(entry.details[.data] ?? ""),
      ]
    })
}

/// What a model was started or made from: "teacher", "an earlier teacher".
private func startWords(of entry: ModelEntry, among entries: [ModelEntry]) -> String {
  guard let start = entry.details[.start] else { return "" }
  let (own, other) = (entries.firstIndex { $0.name == entry.name }, entries.firstIndex { $0.name == start })
  guard let own, let other, other > own else { return start }
  return "an earlier \(start)"
}

/// The same for other programs.
private func exactTable(of entries: [ModelEntry], _ form: TableForm) -> Table {
  Table(
    as: form,
    [
      .words("model") { entries[$0].name }, .words("kind") { entries[$0].kind.words },
      .words("network") { entries[$0].graph.architecture },
      .number("parameters", nil) { Double(entries[$0].parameterCount) },
      .number("accuracy", "share") { entries[$0].figures["accuracy"] },
      .number("size", "bytes") { entries[$0].byteCount.map(Double.init) },
      .words("from") { startWords(of: entries[$0], among: entries) },
      .words("data") { entries[$0].details[.data] ?? "" },
    ], count: entries.count)
}
