import GraphIR
import Language
import SessionStore
import Text

/// A version of a model in the list of them.
private struct VersionRow {
  var entry: ModelEntry
  var isCurrent: Bool
  /// The run that made it; nil where none did, or it can't be understood.
  var run: RunRow?

  var name: String { entry.reference?.text ?? entry.plainName }
}

/// `models NAME`: every version of a name, the oldest first, with its run and figures.
func versions(of word: Word, _ form: TableForm?, _ workspace: Workspace) throws -> Plan {
  let name = VersionReference(word.text)?.name ?? word.text
  if workspace.versions(of: name).isEmpty { _ = try workspace.model(word) }
  return Plan { workspace, console in
    let runs = Dictionary(
      try workspace.runRows().map { ($0.reference, $0) }, uniquingKeysWith: { $1 })
    let current = workspace.model(named: name)?.version
    let rows = try workspace.versions(of: name).compactMap { number in
      try workspace.version(VersionReference(name, number)).map { entry in
        VersionRow(entry: entry, isCurrent: number == current, run: entry.run.flatMap { runs[$0] })
      }
    }
    if let form {
      console.put(.table(exactTable(rows, form, workspace)))
      return .done
    }
    console.put(.table(table(rows, workspace)))
    console.note(
      "a version can be named wherever a model can stand; forget \(rows[0].name) takes one away, and gc frees what "
        + "nothing refers to")
    return .done
  }
}

private func table(_ rows: [VersionRow], _ workspace: Workspace) -> Table {
  Table(
    columns: [
      Table.Column("version"), Table.Column("kind"), Table.Column("network"),
      Table.Column("accuracy", .right), Table.Column("loss", .right), Table.Column("size", .right),
      Table.Column("run", .right), Table.Column("training", .right), Table.Column("from"),
    ],
    rows: rows.map { row in
      let entry = row.entry
      return [
        .text(row.name + (row.isCurrent ? " (current)" : "")), .text(entry.kind.words),
        .text(entry.graph.architecture), entry.figures["accuracy"].map { .percentage($0) } ?? .blank,
        entry.figures["loss"].map { .fixed($0, 4) } ?? .blank, entry.byteCount.map { .bytes($0) } ?? .blank,
        row.run.map { .plain($0.number) } ?? .blank,
        row.run?.seconds.map { .seconds($0) } ?? .blank.measured,
        .text(startWords(entry, workspace)),
      ]
    })
}

private func exactTable(_ rows: [VersionRow], _ form: TableForm, _ workspace: Workspace) -> Table {
  Table(
    as: form,
    [
      .words("model") { rows[$0].entry.plainName },
      .number("version", nil) { rows[$0].entry.version.map(Double.init) },
      .words("current") { rows[$0].isCurrent ? "yes" : "no" }, .words("kind") { rows[$0].entry.kind.words },
      .words("network") { rows[$0].entry.graph.architecture },
      .number("parameters", nil) { Double(rows[$0].entry.parameterCount) },
      .number("accuracy", "share") { rows[$0].entry.figures["accuracy"] },
      .number("loss", nil) { rows[$0].entry.figures["loss"] },
      .number("size", "bytes") { rows[$0].entry.byteCount.map(Double.init) },
      .number("run", nil) { rows[$0].run.map { Double($0.number) } },
      .number("training", "s", repeats: false) { rows[$0].run?.seconds },
      .words("from") { startWords(rows[$0].entry, workspace) },
      .words("data") { rows[$0].entry.details[.data] ?? "" },
    ], count: rows.count)
}

private func startWords(_ entry: ModelEntry, _ workspace: Workspace) -> String {
  entry.startWords { workspace.model(named: $0)?.version } ?? ""
}
