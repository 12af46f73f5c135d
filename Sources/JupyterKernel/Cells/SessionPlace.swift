import Glibc
import Interpreter
import Language

/// The folder in which a kernel keeps its session.
package struct SessionPlace: Sendable, Equatable {
  /// Absolute.
  package let folder: String
  /// A notebook, or the user, named the place, so that it is told where the first cell runs.
  package let isNamed: Bool

  /// `.qatlab` beside the notebook that `JPY_SESSION_NAME` names, else in the working directory; `chosen` goes before.
  package init(chosen: String?, environment: (String) -> String?, workingFolder: String) {
    let absolute = { (path: String) in path.hasPrefix("/") ? path : workingFolder + "/" + path }
    if let chosen {
      (folder, isNamed) = (absolute(chosen), true)
      return
    }
    let notebook = environment("JPY_SESSION_NAME").flatMap { $0.isEmpty ? nil : absolute($0) }
    let beside = notebook.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
    // Names that no notebook on this disk has don't count: other clients make them up.
    if let beside, let notebook, notebook.hasSuffix(".ipynb"), Self.isFolder(beside) {
      (folder, isNamed) = (beside + "/.qatlab", true)
    } else {
      (folder, isNamed) = (workingFolder + "/.qatlab", false)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
