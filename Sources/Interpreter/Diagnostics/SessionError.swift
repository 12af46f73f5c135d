package import Datasets
package import Language
package import SessionStore
import Text

/// Why the session's folder or its data can't do what a statement needs.
package enum SessionError: Error {
  case data(DatasetError, SourceRange)
  /// The folder stands after the data set's name and after `path`.
  case folderTwice(SourceRange)
  /// The words that the session keeps for its data are not understood.
  case storedDataUnreadable(SourceRange, text: String)
  case readOnly(Word, holder: Int32?)
  case nothingToUndo(Word)
  case nothingToRedo(Word)
  /// More cells are to be taken back, or done again, than there are.
  case tooManySteps(SourceRange, verb: String, possible: Int)
  case store(StoreError, SourceRange)
}

extension SessionError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .data(let error, let range):
      complaint("data-unusable", error.message, at: range, remedy: error.remedy)
    case .folderTwice(let range):
      complaint("named-twice", "the folder is named twice", at: range, remedy: "keep one of the two")
    case .storedDataUnreadable(let range, let text):
      complaint(
        "data-unusable", "the data that the session remembers is not understood: \(text)", at: range,
        remedy: "choose it again: data fashion-mnist")
    case .readOnly(let verb, let holder):
      complaint(
        "read-only", "\(verb.text) would change the session, which is open for reading only",
        at: verb.range,
        remedy: holder.map {
          "process \($0) writes to it: close that one, or work in another folder (--session DIR; in Jupyter a "
            + "notebook that lies elsewhere)"
        } ?? "see that its folder may be written, or open another with --session")
    case .nothingToUndo(let verb):
      complaint(
        "nothing-to-undo", "there is no earlier cell to take back", at: verb.range,
        remedy: "cells that only look, such as models or compare, change nothing")
    case .nothingToRedo(let verb):
      complaint(
        "nothing-to-redo", "there is no cell that undo took back", at: verb.range,
        remedy: "redo goes as far as undo went back, until another cell changes the session")
    case .tooManySteps(let range, let verb, let possible):
      complaint(
        "out-of-range", "\(verb) can go over \(counted(possible, "cell")) here", at: range,
        remedy: "undo list shows them", suggestion: "\(possible)")
    case .store(let error, let range): complaint(error.diagnosticID, error.description, at: range)
    }
  }
}

extension StoreError {
  fileprivate var diagnosticID: String {
    switch self {
    case .damagedModel, .damagedObject: "damaged-model"
    case .damagedStore, .foreignStore, .newerStore, .olderStore, .damagedHistory: "damaged-store"
    case .readOnly, .fullDisk: "read-only"
    case .changedFolder: "session-changed"
    case .unknownModel: "unknown-model"
    case .unknownRun: "unknown-run"
    case .folder, .database, .unwritable, .unreadable, .weights, .inconsistentTensor: "store"
    }
  }
}
