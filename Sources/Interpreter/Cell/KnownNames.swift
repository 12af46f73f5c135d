package import GraphIR
import SessionStore

/// The models and networks that a statement can name, without their weights: those of a session, or those that the
/// statements before it in a document make.
package struct KnownNames: Sendable {
  /// What can be told of a model by the text of the statements that make it.
  package struct Model: Sendable, Hashable {
    package var name: String
    package var kind: GraphIR.Model.Kind
    /// The model that it was started or made from.
    package var start: String?
    package var teachers: [String]

    package init(_ name: String, _ kind: GraphIR.Model.Kind, start: String? = nil, teachers: [String] = []) {
      self.name = name
      self.kind = kind
      self.start = start
      self.teachers = teachers
    }
  }

  /// Oldest first.
  package private(set) var models: [Model]
  package private(set) var networks: Set<String>
  /// Versions by their names, `teacher@1`: of a document all that it makes, of a session those that a cell writes.
  private var versions: [String: Model]
  /// How many models of a name were made.
  private var counts: [String: Int]

  /// `versions` are named with their numbers.
  package init(
    models: [Model] = [], networks: Set<String> = [], versions: [Model] = [], counts: [String: Int] = [:]
  ) {
    self.models = models
    self.networks = networks
    self.versions = Dictionary(versions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    self.counts = counts
  }

  /// Networks in the order of their names, then models, the oldest first.
  package var all: [String] { networks.sorted().filter { model(named: $0) == nil } + models.map(\.name) }

  func model(named name: String) -> Model? { models.first { $0.name == name } ?? versions[name] }
  func newest(_ kind: GraphIR.Model.Kind) -> Model? { models.last { $0.kind == kind } }
  func knows(_ name: String) -> Bool { networks.contains(name) || model(named: name) != nil }

  /// Names of the models, as what a statement may use.
  func uses(where isWanted: (Model) -> Bool = { _ in true }) -> Set<SessionName> {
    Set(models.filter(isWanted).map { .model($0.name) })
  }

  /// The model that a path leads into, `student` of `student.layer1.0.conv1`; the longest name that fits.
  func owner(of path: String) -> Model? {
    (models + versions.values).filter { path == $0.name || path.hasPrefix($0.name + ".") }
      .max { $0.name.count < $1.name.count }
  }

  /// The model of a kind that one was made from, over as many steps as it took.
  func origin(of name: String, kind: GraphIR.Model.Kind) -> Model? {
    var seen: Set<String> = [name]
    var current = model(named: name)
    while let start = current?.start, seen.insert(start).inserted, let made = model(named: start) {
      if made.kind == kind { return made }
      current = made
    }
    return nil
  }

  /// Models with all that they were started from and taught by, also what is not there any more.
  func lineage(of names: [String]) -> Set<String> {
    var found: Set<String> = []
    var open = names
    while let name = open.popLast() {
      guard found.insert(name).inserted, let model = model(named: name) else { continue }
      open += [model.start].compactMap { $0 } + model.teachers
    }
    return found
  }

  package mutating func apply(_ change: NameChange) {
    switch change {
    case .make(let model):
      models.removeAll { $0.name == model.name }
      models.append(model)
      var version = model
      counts[model.name, default: 0] += 1
      version.name = VersionReference(model.name, counts[model.name] ?? 1).text
      versions[version.name] = version
    case .define(let name): networks.insert(name)
    case .forget(let name):
      // A model goes before a network of the same name.
      if model(named: name) == nil { networks.remove(name) }
      models.removeAll { $0.name == name }
      versions[name] = nil
    }
  }
}

// Versions.
extension KnownNames {
  /// The name with its number of the model of a name that was made last; nil where none was.
  func lastVersion(of name: String) -> SessionName? {
    counts[name].map { .model(VersionReference(name, $0).text) }
  }

  /// Counts versions as others were counted that were made and taken back: a number is used once.
  package mutating func countOn(from other: KnownNames) {
    counts.merge(other.counts) { max($0, $1) }
    versions.merge(other.versions) { own, _ in own }
  }

  /// Makes the next version of a name the one of that number.
  mutating func expect(_ reference: VersionReference) { counts[reference.name] = reference.version - 1 }
}

extension KnownNames.Model {
  init(_ entry: ModelEntry) {
    self.init(entry.name, entry.kind, start: entry.details[.start], teachers: entry.teachers)
  }
}

/// How a statement changes which names are known.
package enum NameChange: Sendable, Hashable {
  case make(KnownNames.Model)
  case define(String)
  case forget(String)

  var name: String {
    switch self {
    case .make(let model): model.name
    case .define(let name), .forget(let name): name
    }
  }
}
