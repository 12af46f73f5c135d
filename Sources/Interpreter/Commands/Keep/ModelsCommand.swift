import GraphIR
import Language
import SessionStore
import Text

extension Command {
  static let models = Command(
    "models", "list the models of the session, or the versions of one",
    operands: [Operand("a model", .model(nil), .optional)], keywords: [.form],
    examples: ["models", "models teacher", "models as csv", "models teacher as json"],
    reasons:
      "\"from\" is what a model was started or made from; an earlier one is one that was made again since. Versions that "
      + "are there can be named wherever a model can stand: teacher@1.",
    footprint: { arguments, known in
      guard arguments.word(at: 0) == nil else { return Footprint(uses: arguments.modelUses.union([.runs])) }
      return Footprint(uses: known.uses())
    }
  ) { arguments, workspace in
    let form = arguments.form
    if let word = arguments.word(at: 0) { return try versions(of: word, form, workspace) }
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
      let other = workspace.modelsOfOtherImages(entries)
      console.put(.table(table(of: entries, without: other)))
      if !other.isEmpty { console.note(otherImagesNote(other)) }
      return .done
    }
  }
}

/// `without`: models whose accuracy is of other images than the data's words choose now.
private func table(of entries: [ModelEntry], without other: [String]) -> Table {
  Table(
    columns: [
      Table.Column("model"), Table.Column("kind"), Table.Column("network"), Table.Column("accuracy", .right),
      Table.Column("size", .right), Table.Column("from"), Table.Column("data"),
    ],
    rows: entries.map { entry in
      [
        .text(entry.name), .text(entry.kind.words), .text(entry.graph.architecture),
        other.contains(entry.name) ? .blank : entry.figures["accuracy"].map { .percentage($0) } ?? .blank,
        entry.byteCount.map { .bytes($0) } ?? .blank, .text(startWords(of: entry, among: entries)),
        .text(entry.details[.data] ?? ""),
      ]
    })
}

/// What a model was started or made from: "teacher", "an earlier teacher".
private func startWords(of entry: ModelEntry, among entries: [ModelEntry]) -> String {
  guard let start = entry.details[.start] else { return "" }
  let isEarlier: Bool
  if let origin = entry.origin(.start) {
    isEarlier = entries.contains { $0.name == start } && entries.first(origin) == nil
  } else {
    let (own, other) = (entries.firstIndex { $0.name == entry.name }, entries.firstIndex { $0.name == start })
    isEarlier = own.flatMap { own in other.map { $0 > own } } ?? false
  }
  return isEarlier ? "an earlier \(start)" : start
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
