import Text

/// Reads a notebook of nbformat 4, any minor version, with whatever further members it has.
func parseIPyNB(_ text: String, path: String) throws(NotebookError) -> Notebook {
  let value: JSONValue
  do { value = try JSONParser.parse(text) } catch { throw .notJSON(path: path, error: error) }
  guard var root = value.object else { throw .notANotebook(path: path, missing: "it isn't an object") }
  guard let version = root["nbformat"]?.integer else {
    throw .notANotebook(path: path, missing: "it has no \"nbformat\" number")
  }
  guard version == 4 else { throw .formatVersion(path: path, version: version) }
  guard let values = root["cells"]?.array else {
    throw .notANotebook(path: path, missing: "it has no list of \"cells\"")
  }
  var cells: [NotebookCell] = []
  for (index, value) in values.enumerated() {
    do { cells.append(try NotebookCell(value)) } catch {
      throw .badCell(path: path, number: index + 1, problem: error.words)
    }
  }
  root["cells"] = nil
  return Notebook(format: .ipynb, cells: cells, root: root)
}

/// What is wrong with a cell.
private enum CellProblem: Error {
  case notAnObject, noKind, sourceIsNoText

  var words: String {
    switch self {
    case .notAnObject: "it isn't an object"
    case .noKind: "it has no \"cell_type\""
    case .sourceIsNoText: "its \"source\" is neither text nor a list of lines"
    }
  }
}

extension NotebookCell {
  fileprivate init(_ value: JSONValue) throws(CellProblem) {
    guard let members = value.object else { throw .notAnObject }
    guard let type = members["cell_type"]?.string else { throw .noKind }
    guard let source = multiline(members["source"] ?? .string("")) else { throw .sourceIsNoText }
    let tags = members["metadata"]?.object?["tags"]?.array ?? []
    let kind: Kind = type == "code" ? .code : type == "markdown" ? .markdown : .other
    self.init(kind: kind, source: source, tags: tags.compactMap(\.string), members: members)
  }
}

/// The text of a value that is a string or a list of lines; nil for any other.
func multiline(_ value: JSONValue) -> String? {
  switch value {
  case .string(let text): return text
  case .array(let lines):
    let texts = lines.compactMap(\.string)
    return texts.count == lines.count ? texts.joined() : nil
  case .null, .bool, .number, .object: return nil
  }
}
