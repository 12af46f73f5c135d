import Language
import SessionStore
import Text

/// The file that a page is written to, checked before anything runs.
struct PageFile {
  let path: String
  private let file: WholeFile
  private let range: SourceRange

  /// `path` is what was written; nil for the name that the page has by itself.
  init(_ path: String?, otherwise name: String, _ range: SourceRange, _ workspace: Workspace) throws {
    self.path = path ?? String(name.map { $0 == "/" || $0.isWhitespace ? "-" : $0 }) + ".html"
    self.range = range
    file = WholeFile(FilePath(self.path).expanded)
    try workspace.library.inputFiles.requireOther(FilePath(self.path).expanded, at: range)
    if let reason = AnswerFile.obstacle(file) {
      throw PredictionError.unwritable(range, path: self.path, reason: reason)
    }
  }

  /// Writes the page and tells where it is.
  func write(_ html: String, title: String, _ console: Console) throws {
    let bytes = Array(html.utf8)
    do throws(StoreError) {
      try file.write(bytes)
    } catch {
      throw SessionError.store(error, range)
    }
    console.put(.page(Page(title: title, path: path, html: html)))
  }
}
