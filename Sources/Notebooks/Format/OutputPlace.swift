import Interpreter

/// Throws where a file that is to be written is one of those that are read.
func requireOther(_ path: String, than inputs: [String]) throws(NotebookError) {
  guard let file = FileIdentity(path) else { return }
  for input in inputs where FileIdentity(input) == file { throw .outputIsInput(path: path, input: input) }
}

extension DependencyGraph {
  /// Paths of the files of others that its programs read.
  var files: [String] {
    nodes.flatMap(\.names.uses).compactMap { name in
      if case .file(let path) = name { expandedPath(path) } else { nil }
    }.sorted()
  }
}
