import GraphIR
import Language
import SessionStore
import Text
import Training

/// `show lineage NAME`: what made a model, back to the fresh networks that it all began with.
func showLineage(_ topic: Word, _ name: Word?, _ form: TableForm?, _ workspace: Workspace) throws -> Plan {
  guard let name else {
    throw StatementError.topicNeeds(topic, what: "the name of a model", example: "show lineage student")
  }
  _ = try workspace.model(name)
  return Plan { workspace, console in
    let lineage = try ModelLineage(of: try workspace.entry(name.text), workspace)
    console.put(.table(form.map { lineage.exactTable($0) } ?? lineage.table))
    if form == nil {
      for row in lineage.rows where !row.isRepeated {
        if let settings = row.entry?.details[.settings] { console.note("\(row.name): \(settings)") }
      }
      for note in lineage.notes { console.note(note) }
    }
    return .done
  }
}

/// A model with all that it was made from, as a tree.
private struct ModelLineage {
  struct Row {
    /// Lines that lead to it from the model above.
    var branch: String
    var name: String
    /// What the model above has of it: "start", "teacher", "fresh network"; empty at the top.
    var role: String
    /// The model that has it; empty at the top.
    var of: String
    /// Nil of a fresh network, and of what isn't there any more.
    var entry: ModelEntry?
    /// The cell that made it.
    var cell: String?
    var run: RunRow?
    /// What it is made from stands at an earlier row.
    var isRepeated = false
  }

  private(set) var rows: [Row] = []
  private(set) var notes: [String] = []
  private let workspace: Workspace
  private let runs: [ModelEntry.Run: RunRow]

  init(of entry: ModelEntry, _ workspace: Workspace) throws {
    self.workspace = workspace
    runs = Dictionary(try workspace.runRows().map { ($0.reference, $0) }, uniquingKeysWith: { $1 })
    try add(entry, role: "", of: "", branch: "", below: "")
  }

  /// `below` leads from its own line to what it is made from.
  private mutating func add(
    _ entry: ModelEntry, role: String, of parent: String, branch: String, below: String
  ) throws {
    let name = entry.reference?.text ?? entry.name
    let isRepeated = rows.contains { $0.name == name && $0.entry != nil }
    rows.append(
      Row(
        branch: branch, name: name, role: role, of: parent, entry: entry, cell: try cell(making: entry),
        run: entry.run.flatMap { runs[$0] }, isRepeated: isRepeated))
    guard !isRepeated else { return }
    let sources = try sources(of: entry)
    for (place, source) in sources.enumerated() {
      let isLast = place == sources.count - 1
      let branch = below + (isLast ? "└ " : "├ ")
      let next = below + (isLast ? "  " : "│ ")
      if let entry = source.entry {
        try add(entry, role: source.role, of: name, branch: branch, below: next)
      } else {
        rows.append(Row(branch: branch, name: source.name, role: source.role, of: name))
      }
    }
  }

  private func cell(making entry: ModelEntry) throws -> String? {
    guard let reference = entry.reference else { return nil }
    return try workspace.store.cell(making: reference)
      ?? (workspace.madeWeights(reference) == nil ? nil : workspace.source)
  }

  /// What a model was made from, one after the other; an entry is nil of what isn't there, and of a fresh network.
  private mutating func sources(
    of entry: ModelEntry
  ) throws -> [(name: String, role: String, entry: ModelEntry?)] {
    var sources: [(name: String, role: String, entry: ModelEntry?)] = []
    for origin in entry.origins {
      let found = try workspace.version(origin.reference)
      sources.append((origin.reference.text, origin.role.rawValue, found))
      if found == nil { notes.append("\(origin.reference.text) is not in the session any more") }
    }
    let knowsVersions = entry.details[.method] != nil
    if !knowsVersions {
      notes.append("\(entry.name) is of a session from before versions were written down: told by names")
      if let start = try workspace.start(of: entry) { sources.append((start.name, "start", start)) }
      for teacher in entry.teachers {
        sources.append((teacher, "teacher", workspace.model(named: teacher)))
      }
    }
    if entry.kind == .float, !sources.contains(where: { $0.role == "start" }), entry.details[.recipe] != nil {
      sources.append((freshNetwork(of: entry), "fresh network", nil))
    }
    return sources
  }

  /// As it is defined, where the name still stands for it.
  private func freshNetwork(of entry: ModelEntry) -> String {
    let name = entry.graph.architecture
    guard let definition = workspace.definition(name),
      let graph = try? Graph(
        sequential: definition.layers, architecture: name, input: entry.graph.inputShape),
      graph == entry.graph.withoutNormalization
    else { return name }
    return "\(name) = \(definition.text)"
  }
}

extension ModelLineage {
  var table: Table {
    Table(
      columns: [
        Table.Column("model"), Table.Column("as"), Table.Column("method"), Table.Column("made by"),
        Table.Column("data"), Table.Column("content"), Table.Column("seed"), Table.Column("run", .right),
      ],
      rows: rows.map { row in
        [
          .text(row.branch + row.name), .text(row.role), .text(row.method), .text(row.command),
          .text(row.isRepeated ? "" : row.entry?.details[.data] ?? ""),
          .text(row.isRepeated ? "" : String((row.entry?.details[.dataContent] ?? "").prefix(12))),
          .text(row.isRepeated ? "" : row.seed), row.run.map { .plain($0.number) } ?? .blank,
        ]
      })
  }

  /// Every row with all that is known of it, and the row that it was used by.
  func exactTable(_ form: TableForm) -> Table {
    Table(
      as: form,
      [
        .words("model") { rows[$0].name }, .words("role") { rows[$0].role }, .words("of") { rows[$0].of },
        .words("kind") { rows[$0].entry?.kind.words ?? "" }, .words("method") { rows[$0].method },
        .words("cell") { rows[$0].cell ?? "" }, .words("data") { rows[$0].entry?.details[.data] ?? "" },
        .words("data sha256") { rows[$0].entry?.details[.dataContent] ?? "" },
        .words("test images sha256") { rows[$0].entry?.details[.testImages] ?? "" },
        .words("seed") { rows[$0].seed }, .words("settings") { rows[$0].entry?.details[.settings] ?? "" },
        .number("run", nil) { rows[$0].run.map { Double($0.number) } },
        .number("accuracy", "share") { rows[$0].entry?.figures["accuracy"] },
      ], count: rows.count)
  }
}

extension ModelLineage.Row {
  var method: String { entry?.method(among: []).words ?? "" }

  /// The line of its cell that names it, else the first.
  var command: String {
    guard let cell, !isRepeated, let entry else { return "" }
    let lines = cell.split(whereSeparator: \.isNewline).map(String.init)
    let own = lines.first { line in
      line.split { !($0.isLetter || $0.isNumber || "_-@.".contains($0)) }.contains(Substring(entry.plainName))
    }
    return own ?? lines.first ?? ""
  }

  /// As a decimal number: those of 64 bits are beyond what a number of JSON holds.
  var seed: String {
    if let recipe = entry?.details[.recipe].flatMap(TrainingRecipe.init(json:)) { return "\(recipe.seed)" }
    return entry?.details[.postTraining].flatMap(PostTrainingRecipe.init(json:)).map { "\($0.seed)" } ?? ""
  }
}
