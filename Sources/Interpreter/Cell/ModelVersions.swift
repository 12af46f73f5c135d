import GraphIR
import Language
import SessionStore
import Text

extension ModelEntry {
  /// The run that made a model: of the session, or of the cell by its place in `Workspace.runs`.
  package enum Run: Sendable, Hashable {
    case stored(String)
    case made(Int)
  }

  /// Its name without a version behind it.
  var plainName: String { VersionReference(name)?.name ?? name }

  /// The version that it is; nil of one that is still to be made.
  var reference: VersionReference? { version.map { VersionReference(plainName, $0) } }

  /// The versions that it was made from, as they were written down when it was made; none in sessions from before.
  var origins: [OriginRecord] { OriginRecord.all(in: details[.origins]) }

  func origin(_ role: OriginRecord.Role) -> VersionReference? { origins.first { $0.role == role }?.reference }

  /// What it was started or made from, in words: "teacher", "teacher@1".
  func startWords(current: (String) -> Int?) -> String? {
    guard let start = origin(.start) else { return details[.start] }
    return current(start.name) == start.version ? start.name : start.text
  }
}

extension [ModelEntry] {
  /// The one that is a version, by whatever name it goes.
  func first(_ reference: VersionReference) -> ModelEntry? { first { $0.reference == reference } }
}

// Versions that are not the current ones of their names.
extension Workspace {
  /// A version of a name: one of this cell, or of the session; nil where it isn't there any more.
  func version(_ reference: VersionReference) throws -> ModelEntry? {
    guard !forgotten.contains(reference) else { return nil }
    if let entry = made(reference) { return entry }
    return try store.version(reference).map { record in
      var entry = ModelEntry(record)
      entry.name = reference.text
      return entry
    }
  }

  /// The model that a name with a version behind it stands for.
  func addressed(_ name: String) -> ModelEntry? {
    // What can't be read is not there, as of current models; `problems()` names those.
    guard let reference = VersionReference(name), var entry = try? version(reference) else { return nil }
    entry.name = name
    reads.note(.model(name))
    return entry
  }

  /// Numbers of the versions of a name that can be named, rising.
  func versions(of name: String) -> [Int] {
    let stored = (try? store.versionNumbers())?[name] ?? []
    return Set(stored + madeVersions(of: name)).filter { !forgotten.contains(VersionReference(name, $0)) }
      .sorted()
  }

  /// Why a word names no model, where it names a version; nil where its name isn't known at all.
  func unknownVersion(_ word: Word) -> ModelError? {
    guard let reference = VersionReference(word.text) else { return nil }
    let versions = versions(of: reference.name)
    guard !versions.isEmpty else { return nil }
    return .unknownVersion(
      word, reference.name, versions: versions, current: model(named: reference.name)?.version)
  }

  /// The weights of a version.
  func weights(of reference: VersionReference) throws -> Model {
    if let model = madeWeights(reference) { return model }
    guard let record = try store.version(reference) else { throw StoreError.unknownModel(reference.text) }
    return Model(kind: record.kind, graph: record.graph, parameters: try store.parameters(of: record))
  }

  /// The model that one was started or made from: the version that was written down with it; of sessions from before,
  /// the one of that name as long as it is older.
  func start(of entry: ModelEntry) throws -> ModelEntry? {
    if let origin = entry.origin(.start) { return try current(origin) ?? version(origin) }
    let models = models { $0.name == entry.details[.start] || $0.name == entry.name }
    return entry.start(among: models)
  }

  /// A version by its plain name, where it is the current one.
  private func current(_ reference: VersionReference) -> ModelEntry? {
    model(named: reference.name).flatMap { $0.version == reference.version ? $0 : nil }
  }

  /// Adds the versions that models were made from, over as many steps as it took, and that are not current any more.
  ///
  /// `areRead` is false where nothing that a statement says follows from them.
  func withOrigins(_ models: [ModelEntry], areRead: Bool = true) -> [ModelEntry] {
    var found = models
    var open = models
    while let entry = open.popLast() {
      for origin in entry.origins where found.first(origin.reference) == nil {
        guard let version = try? version(origin.reference) else { continue }
        if areRead { reads.note(.model(origin.reference.name)) }
        found.insert(version, at: 0)
        open.append(version)
      }
    }
    return found
  }
}

extension ModelEntry {
  /// The model that it was started or made from, where that is among the models, which are in the order in which they
  /// were made; of sessions from before, the one of that name as long as it is older.
  func start(among models: [ModelEntry]) -> ModelEntry? {
    if let origin = origin(.start) { return models.first(origin) }
    guard let place = models.firstIndex(where: { $0.name == details[.start] }),
      let own = models.firstIndex(where: { $0.name == name }), place < own
    else { return nil }
    return models[place]
  }

  /// Writes down what it was made from and how, as the models are now.
  ///
  /// `before` is the model of its own name that it goes on from.
  mutating func settleOrigins(
    from before: ModelEntry?, among models: [ModelEntry], model: (String) -> ModelEntry?
  ) {
    let start = before ?? details[.start].flatMap(model)
    var origins = [start?.reference.map { OriginRecord(.start, $0) }].compactMap { $0 }
    for name in teachers {
      guard let reference = model(name)?.reference else { continue }
      let origin = OriginRecord(.teacher, reference)
      if !origins.contains(origin) { origins.append(origin) }
    }
    details[.origins] = origins.isEmpty ? nil : OriginRecord.text(origins)
    details[.method] = method(among: models + [start].compactMap { $0 }).rawValue
    if let start = details[.start] { details[.start] = VersionReference(start)?.name ?? start }
  }
}
