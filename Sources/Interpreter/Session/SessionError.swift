package import Datasets
package import Language
package import SessionStore

/// Why the session's folder or its data can't do what a statement needs.
package enum SessionError: Error {
  case data(DatasetError, SourceRange)
  /// The words that the session keeps for its data are not understood.
  case storedDataUnreadable(SourceRange, text: String)
  case readOnly(Word, holder: Int32?)
  case nothingToUndo(Word)
  case store(StoreError, SourceRange)
}
