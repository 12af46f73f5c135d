package import Datasets
import Execution
package import GraphIR
import Language
import Training

/// Names that a session remembers between cells beside models.
enum Setting: String, CaseIterable {
  /// Seed of new runs.
  case seed
  /// What training multiplies.
  case precision
  /// How many threads kernels run on.
  case threads
  /// How often a run writes down where it stands.
  case checkpoint
  /// Whether the prompt colours what is typed.
  case highlight
  /// The data in use, as `data` would take it.
  case data
}

/// A setting that is on or off.
enum Switch: String, CaseIterable { case on, off }

// Settings and data.
extension Workspace {
  /// The seed that a statement writes, or the session's.
  func seed(_ arguments: Arguments, _ keyword: Keyword) -> UInt64 {
    arguments.count(keyword).map(UInt64.init) ?? sessionSeed
  }

  /// The seed for a run that names none.
  var sessionSeed: UInt64 {
    reads.note(.seed)
    return settings[.seed].flatMap(UInt64.init) ?? 0
  }

  /// Whether the prompt colours what is typed.
  var highlight: Switch { settings[.highlight].flatMap(Switch.init) ?? .on }

  /// What runs train in, as it is shown.
  var precision: TrainingPrecision {
    reads.note(.precision)
    return settings[.precision].flatMap(TrainingPrecision.init) ?? .float32
  }

  /// The same for a run; throws where this processor lacks it, as one that goes on with another's session may.
  func precision(for verb: Word) throws(StatementError) -> TrainingPrecision {
    guard precision.isSupported else { throw .precisionUnsupported(verb, precision) }
    return precision
  }

  /// The words that chose the data in use; nil where none was chosen.
  var dataWords: String? {
    reads.note(.data)
    return settings[.data]
  }

  /// The data in use, loaded; Fashion-MNIST where none was chosen.
  ///
  /// Errors point at `range`.
  func data(for range: SourceRange) throws -> ChosenData {
    let choice = try dataWords.map { text in
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

  /// Makes the data that a statement used the session's, so that a choice by default is said once.
  var use: Workspace.Change { .settle(.data, choice.text) }

  var note: String? {
    isStandard ? "no data chosen: using \(choice.text) (another: data NAME)" : nil
  }
}
