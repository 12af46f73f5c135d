import Datasets
import Foundation
import GraphIR
import Language
import SessionStore
import Training

/// What names mean at a place of a cell, and what the cell has made and changed so far: kept apart from the session
/// until the cell ends well.
package struct Workspace {
  let store: SessionStore
  let library: DataLibrary
  /// Statements in the cell.
  private(set) var statementCount: Int
  /// The cell as it was written.
  private(set) var source: String
  /// True where statements are only tried: what costs time and says nothing of their words is left out.
  let isTrial: Bool
  private(set) var reads = SessionReads()
  /// True where a cell is only looked at, which the session's own has no part in.
  private(set) var isAside = false
  /// Oldest first.
  private var entries: [ModelEntry]
  /// Models that others of their name took the place of in this cell.
  private var replaced: [ModelEntry] = []
  /// Versions that this cell forgot.
  private(set) var forgotten: Set<VersionReference> = []
  /// How many versions of each name there were.
  private var versionCounts: [String: Int]
  /// Versions that the cell writes.
  private let writtenVersions: Set<VersionReference>
  private(set) var definitions: [String: NetworkDefinition]
  private(set) var settings: [Setting: String]
  private(set) var changes: [Change] = []
  /// What statements relied on, beside what they changed.
  private(set) var settled: [Setting: String] = [:]
  private(set) var runs: [Run] = []
  /// Those of this cell that are in the session already.
  let cellRuns: CellRuns
  /// The state of the session that it shows; nil shows the one that is current.
  private let past: Int64?
  /// What the step of undo is called, where that is not the cell: one that was run again.
  private(set) var recordedCell: String?

  /// The session as it stands, or as it was at a state that is still there.
  init(
    of store: SessionStore, library: DataLibrary, statementCount: Int, source: String = "",
    isTrial: Bool = false, at past: Int64? = nil, runs: CellRuns = CellRuns()
  ) throws {
    self.past = past
    cellRuns = runs
    self.source = source
    self.store = store
    self.library = library
    self.statementCount = statementCount
    self.isTrial = isTrial
    entries = try (past.map(store.models(at:)) ?? store.models()).map(ModelEntry.init)
    versionCounts = try store.versionCounts()
    writtenVersions = VersionReference.all(in: source)
    definitions = try (past.map(store.definitions(at:)) ?? store.definitions())
      .compactMapValues(NetworkDefinition.init(text:))
    settings = Dictionary(
      try (past.map(store.settings(at:)) ?? store.settings()).compactMap { key, value in
        Setting(rawValue: key).map { ($0, value) }
      },
      uniquingKeysWith: { $1 })
  }

  /// Whether this cell did anything yet.
  var isUnchanged: Bool { changes.isEmpty && runs.isEmpty }

  /// The session as it stands, for a look at another cell, whose reads are none of this one's.
  func aside(source: String, statementCount: Int) -> Workspace {
    var copy = self
    (copy.source, copy.statementCount, copy.reads, copy.isAside) = (
      source, statementCount, SessionReads(), true
    )
    return copy
  }
}

// What it holds. Whatever a statement's result follows from is noted as read.
extension Workspace {
  /// The names as they can be told without weights; what is resolved by them is read by its name.
  var names: KnownNames {
    KnownNames(
      models: entries.map(KnownNames.Model.init), networks: Set(definitions.keys),
      versions: writtenVersions.compactMap { addressed($0.text).map(KnownNames.Model.init) },
      counts: versionCounts)
  }

  /// Whether an earlier statement of the cell is yet to make a model of one of the kinds: what it is made of is known
  /// once it is there.
  func isYetToMake(_ kinds: Set<Model.Kind>) -> Bool {
    entries.contains { kinds.contains($0.kind) && $0.byteCount == nil }
  }

  /// Names for diagnostics, oldest first.
  var modelNames: [String] { entries.map(\.name) }

  /// The kind of a model that a name stands for, for what is said of it.
  func kind(of name: String) -> Model.Kind? {
    entries.first { $0.name == name }?.kind ?? addressed(name)?.kind
  }

  /// Every model, the oldest first.
  var models: [ModelEntry] { models { _ in true } }

  /// Those of the models that are wanted, the oldest first.
  func models(where isWanted: (ModelEntry) -> Bool) -> [ModelEntry] {
    let wanted = entries.filter(isWanted)
    for entry in wanted { reads.note(.model(entry.name)) }
    return wanted
  }

  /// Models with those that they were started from and taught by, the oldest first; with the versions that they really
  /// were made from, also where those aren't current any more.
  func lineage(of names: [String]) -> [ModelEntry] {
    let lineage = self.names.lineage(of: names)
    return withOrigins(names.compactMap(addressed) + models { lineage.contains($0.name) })
  }

  func model(named name: String) -> ModelEntry? { models { $0.name == name }.first ?? addressed(name) }

  /// A version that this cell made, or found as the current one and replaced.
  func made(_ reference: VersionReference) -> ModelEntry? {
    var entry = (entries + replaced).first(reference)
    entry?.name = reference.text
    return entry
  }

  func madeVersions(of name: String) -> [Int] {
    (entries + replaced).filter { $0.name == name }.compactMap(\.version)
  }

  /// The weights of a version that this cell made.
  func madeWeights(_ reference: VersionReference) -> Model? {
    for case .save(let new) in changes where new.entry.reference == reference { return new.model }
    return nil
  }

  func entry(_ name: String) throws -> ModelEntry {
    guard let entry = model(named: name) else { throw StoreError.unknownModel(name) }
    return entry
  }

  /// A model with its weights, as this cell left it or from the session.
  ///
  /// Throws where one is no number, which no kernel is made for; `forLooking` admits that in a float model, whose weights
  /// can be shown whatever they are.
  func weights(of name: String, forLooking: Bool = false) throws -> Model {
    let model = try anyWeights(of: name)
    if !(forLooking && model.kind == .float), let tensor = model.parameters.firstNotFinite {
      throw TrainingError.nonFiniteParameter(tensor, step: nil)
    }
    return model
  }

  private func anyWeights(of name: String) throws -> Model {
    reads.note(.model(name))
    if let reference = VersionReference(name) { return try weights(of: reference) }
    for change in changes.reversed() {
      if case .save(let new) = change, new.entry.name == name { return new.model }
    }
    let record =
      if let past { try store.models(at: past).last { $0.name == name } } else {
        try store.model(named: name)
      }
    guard let record else { throw StoreError.unknownModel(name) }
    return Model(kind: record.kind, graph: record.graph, parameters: try store.parameters(of: record))
  }

  /// The network that was defined under a name.
  func definition(_ name: String) -> NetworkDefinition? {
    guard let definition = definitions[name] else { return nil }
    reads.note(.model(name))
    return definition
  }

  /// Models whose description can't be read: they can be forgotten and nothing else.
  func isDamaged(_ name: String) throws -> Bool { try store.problems().contains { $0.model == name } }

  /// The model that a word names, of one of the kinds; nil admits every kind.
  func model(_ word: Word, kinds: [Model.Kind]? = nil) throws -> ModelEntry {
    guard let entry = model(named: word.text) else {
      if definitions[word.text] != nil || Architecture.named(word.text) != nil {
        throw ModelError.untrained(word)
      }
      // One whose description can't be read is not unknown: that is said.
      _ = try store.model(named: word.text)
      throw unknownVersion(word) ?? ModelError.unknownModel(word, known: modelNames)
    }
    if let kinds { try require(entry, word, kinds: kinds) }
    return entry
  }

  /// Throws where a model is of none of the kinds.
  func require(_ entry: ModelEntry, _ word: Word, kinds: [Model.Kind]) throws {
    guard !kinds.contains(entry.kind) else { return }
    throw ModelError.wrongModelKind(
      word, kind: entry.kind, wanted: kinds, floatModel: names.origin(of: entry.name, kind: .float)?.name)
  }

  /// The model of a kind that one was made from, over as many steps as it took; nil where it is gone.
  func origin(of entry: ModelEntry, kind: Model.Kind) -> ModelEntry? {
    var seen: Set<String> = [entry.name]
    var current = entry
    while let start = try? start(of: current), seen.insert(start.name).inserted {
      if start.kind == kind { return start }
      current = start
    }
    return nil
  }

  /// The model made last of a kind.
  func newest(_ kind: Model.Kind) -> ModelEntry? { names.newest(kind).flatMap { model(named: $0.name) } }
}

// What a cell does to it.
extension Workspace {
  mutating func apply(_ change: Change) {
    var change = change
    switch change {
    case .save(var new):
      new.entry = enter(new.entry)
      change = .save(new)
    case .forgetVersion(let reference): forgotten.insert(reference)
    case .forget(let name): entries.removeAll { $0.name == name }
    case .set(let setting, let value): settings[setting] = value
    case .settle(let setting, let value):
      settled[setting] = value
      guard settings[setting] != value else { return }
      settings[setting] = value
    case .define(let name, let definition): definitions[name] = definition
    }
    changes.append(change)
  }

  /// Does as if a plan had run: names mean what they will mean afterwards.
  mutating func rehearse(_ plan: Plan) {
    for change in plan.changes { apply(change) }
    if let entry = plan.makes { _ = enter(entry) }
  }

  /// Enters a model as the newest of all, with the version that it will have; one of the same name gives way.
  private mutating func enter(_ new: ModelEntry) -> ModelEntry {
    var entry = new
    entry.version = versionCounts[entry.name, default: 0] + 1
    versionCounts[entry.name] = entry.version
    replaced += entries.filter { $0.name == entry.name }
    entries.removeAll { $0.name == entry.name }
    entries.append(entry)
    return entry
  }

  /// Takes all that another workspace came to, which began in another state or in another cell; `cell` is what ran there.
  mutating func take(_ other: Workspace, cell: String) {
    for change in other.changes {
      switch change {
      // What was taken for want of a choice gives way to one that was made since.
      case .settle(let setting, let value): if settings[setting] == nil { apply(.set(setting, value)) }
      case .save, .forget, .forgetVersion, .set, .define: apply(change)
      }
    }
    settled.merge(other.settled) { $1 }
    runs = other.runs
    recordedCell = cell
  }

  /// Keeps a run; returns its place for `NewModel.run`.
  mutating func keep(_ run: Run) -> Int {
    runs.append(run)
    return runs.count - 1
  }

  /// Keeps a model; returns its entry with the size that its saved weights will have.
  mutating func save(_ new: NewModel) throws -> ModelEntry {
    var new = new
    new.entry.byteCount = try WeightsFile(new.model).byteCount
    new.entry.run = new.run.map(ModelEntry.Run.made)
    let known = withOrigins(entries, areRead: false)
    new.entry.settleOrigins(from: new.before, among: known) { model(named: $0) }
    apply(.save(new))
    return entries.last { $0.name == new.entry.name } ?? new.entry
  }
}
