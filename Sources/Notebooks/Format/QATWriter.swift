import Text

extension Notebook {
  /// The notebook as plain text: cells with their ids and tags, without outputs and other metadata.
  ///
  /// An id that nbformat wouldn't take, or that another cell has, is left out.
  /// Reading the text gives the same cells.
  package var qatText: String {
    var ids: Set<String> = []
    return cells.map { cell in
      var cell = cell
      if let id = cell.id, !isCellID(id) || !ids.insert(id).inserted { cell.members["id"] = nil }
      return cell.qatText
    }.joined(separator: "\n")
  }
}

extension NotebookCell {
  fileprivate var qatText: String {
    let text = CellMarker.line(of: self, holdsSource: false) + "\n" + body
    let back = try? parseQAT(text, path: "").cells
    if let only = back?.first, back?.count == 1, only.source == source { return text }
    return CellMarker.line(of: self, holdsSource: true) + "\n"
  }

  private var body: String {
    guard !source.isEmpty else { return "" }
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { line in
      switch kind {
      case .code: line + "\n"
      case .markdown, .other: line.isEmpty ? "#\n" : "# " + line + "\n"
      }
    }.joined()
  }
}
