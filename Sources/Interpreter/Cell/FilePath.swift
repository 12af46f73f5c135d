import Datasets

/// The path of a file that a cell names: "~/" is the home folder.
package func expandedPath(_ written: String) -> String { FilePath(written).expanded }

/// A path as it was written in a cell, where "~/" is the home folder.
struct FilePath {
  var written: String

  init(_ written: String) { self.written = written }

  var expanded: String { FolderPath.expanded(written) }

  /// Without its folders.
  var name: String { written.split(separator: "/").last.map(String.init) ?? written }

  /// The name without what stands behind its last full stop.
  var stem: String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
