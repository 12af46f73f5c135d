import Glibc
import Language

/// Files that a session has read, which nothing may be written over: a replay would find something else.
struct InputFiles {
  private var paths: [String] = []

  mutating func add(_ path: String) { if !paths.contains(path) { paths.append(path) } }

  /// Throws where a path leads to one of them, over whatever links and folders.
  func requireOther(_ path: String, at range: SourceRange) throws(ExportRefusal) {
    guard let file = FileIdentity(path) else { return }
    for input in paths where FileIdentity(input) == file {
      throw .isInput(range, path: path, input: input)
    }
  }
}

/// Which file a path leads to, whatever links and folders lie between.
package struct FileIdentity: Hashable {
  private let device: dev_t
  private let inode: ino_t

  /// Nil where there is no such file.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }
}

extension Interpreter {
  /// Nothing that a cell writes may take the place of these files.
  package func protect(_ paths: [String]) { for path in paths { library.inputFiles.add(path) } }
}
