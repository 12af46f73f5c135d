package import Datasets
import Execution
package import GraphIR
package import Language

/// Names that a session remembers between cells beside models.
enum Setting: String, CaseIterable {
  /// Seed of new runs.
  case seed
  /// What training multiplies.
  case precision
  /// Whether the prompt colours what is typed.
  case highlight
  /// The data in use, as `data` would take it.
  case data
}

/// A setting that is on or off.
enum Switch: String, CaseIterable { case on, off }

/// A network that was written in a cell.
package struct NetworkDefinition: Sendable {
  package var layers: [Layer]
  /// The chain as it would be written again.
  package var text: String
  /// Where each layer stands, while the cell that defines it runs; empty afterwards.
  package var places: [SourceRange]
}

/// What names mean at a place of a cell: it starts as the session, and each planned statement adds its own.
package struct Scope {
  /// Oldest first.
  package private(set) var models: [ModelEntry]
  package var definitions: [String: NetworkDefinition]
  var settings: [Setting: String]
  let library: DataLibrary
  /// Statements in the cell.
  let statementCount: Int
  /// Names of models whose description can't be read: they can be forgotten and nothing else.
  let damagedModels: () -> [String]

  init(
    models: [ModelEntry], definitions: [String: NetworkDefinition], settings: [Setting: String],
    library: DataLibrary, statementCount: Int, damagedModels: @escaping () -> [String]
  ) {
    self.models = models
    self.definitions = definitions
    self.settings = settings
    self.library = library
    self.statementCount = statementCount
    self.damagedModels = damagedModels
  }

  func model(named name: String) -> ModelEntry? { models.first { $0.name == name } }

  /// The model that a word names, of one of the kinds; nil admits every kind.
  func model(_ word: Word, kinds: [Model.Kind]? = nil) throws -> ModelEntry {
    guard let entry = model(named: word.text) else {
      if definitions[word.text] != nil || Architecture.named(word.text) != nil {
        throw ModelError.untrained(word)
      }
      throw ModelError.unknownModel(word, known: models.map(\.name))
    }
    if let kinds { try require(entry, word, kinds: kinds) }
    return entry
  }

  /// Throws where a model is of none of the kinds.
  func require(_ entry: ModelEntry, _ word: Word, kinds: [Model.Kind]) throws {
    guard !kinds.contains(entry.kind) else { return }
    throw ModelError.wrongModelKind(
      word, kind: entry.kind, wanted: kinds, floatModel: origin(of: entry, kind: .float)?.name)
  }

  /// The model of a kind that one was made from, over as many steps as it took; nil where it is gone.
  func origin(of entry: ModelEntry, kind: Model.Kind) -> ModelEntry? {
    var seen: Set<String> = [entry.name]
    var current = entry
    while let name = current.details[.start], seen.insert(name).inserted, let start = model(named: name) {
      if start.kind == kind { return start }
      current = start
    }
    return nil
  }

  /// The model made last of a kind.
  func newest(_ kind: Model.Kind) -> ModelEntry? { models.last { $0.kind == kind } }

  /// Enters a model as the newest of all; one of the same name gives way.
  mutating func register(_ entry: ModelEntry) {
    models.removeAll { $0.name == entry.name }
    models.append(entry)
  }

  mutating func forget(_ name: String) { models.removeAll { $0.name == name } }

  /// The seed for a run that names none.
  var seed: UInt64 { settings[.seed].flatMap(UInt64.init) ?? 0 }

  /// Whether the prompt colours what is typed.
  var highlight: Switch { settings[.highlight].flatMap(Switch.init) ?? .on }

  /// What runs train in, as it is shown.
  var precision: TrainingPrecision { settings[.precision].flatMap(TrainingPrecision.init) ?? .float32 }

  /// The same for a run; throws where this processor lacks it, as one that goes on with another's session may.
  func precision(for verb: Word) throws(StatementError) -> TrainingPrecision {
    guard precision.isSupported else { throw .precisionUnsupported(verb, precision) }
    return precision
  }

  /// The data in use, loaded; Fashion-MNIST where none was chosen.
  ///
  /// Errors point at `range`.
  func data(for range: SourceRange) throws -> ChosenData {
    let choice = try settings[.data].map { text in
      guard let choice = DataChoice(text: text) else {
        throw SessionError.storedDataUnreadable(range, text: text)
      }
      return choice
    }
    do throws(DatasetError) {
      return ChosenData(
        choice: choice ?? .standard, dataset: try library.load(choice ?? .standard),
        isStandard: choice == nil)
    } catch {
      throw SessionError.data(error, range)
    }
  }
}

extension Scope {
  /// Makes data that was chosen by default the session's, so that it is said once.
  mutating func use(_ data: ChosenData) { settings[.data] = data.choice.text }
}

/// Loaded data and how it came to be chosen.
package struct ChosenData: Sendable {
  package var choice: DataChoice
  package var dataset: Dataset
  /// True where the user chose none.
  package var isStandard: Bool

  package var shape: Shape {
    Shape(
      channels: dataset.training.channels, height: dataset.training.height, width: dataset.training.width)
  }
  package var classes: Int { dataset.classNames.count }

  var note: String? {
    isStandard ? "no data chosen: using \(choice.text) (another: data NAME)" : nil
  }
}
