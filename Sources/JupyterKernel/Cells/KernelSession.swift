import Interpreter
import Language
import Notebooks
import SessionStore
import Text

/// The session of a kernel with what is to be told of it at the first cell.
final class KernelSession {
  let interpreter: Interpreter
  let notebook: LiveNotebook
  /// Told once, before the outputs of the first cell.
  private var news: [Output]

  /// Opens the folder; where that can't be, the session is one in memory, and the news say so.
  ///
  /// Throws where not even that can be had.
  init(_ place: SessionPlace, version: String, painting: KernelPainting) throws {
    var news: [Output] = []
    do {
      interpreter = try Interpreter(sessionFolder: place.folder)
    } catch {
      interpreter = try Interpreter(sessionFolder: nil)
      news.append(
        .diagnostic(
          Diagnostic(
            id: "session-in-memory", severity: .warning,
            message: "models and history are in memory and end with the kernel: \(error)",
            notes: ["a notebook in a folder that you may write to keeps them beside it, in .qatlab"])))
    }
    notebook = LiveNotebook(interpreter: interpreter, version: version, plainText: painting.plainText)
    let models = interpreter.names.models.count
    if news.isEmpty, place.isNamed || models > 0 {
      let count = models == 0 ? "" : models == 1 ? ", which has a model" : ", which has \(models) models"
      news.append(.print("the session is in \(place.folder)\(count)"))
    }
    self.news = news + interpreter.openingNotes
  }

  /// What is to be told; nothing the second time.
  func takeNews() -> [Output] {
    defer { news = [] }
    return news
  }
}
