import Language
package import Text

/// Writes a notebook in the other format: `.ipynb` as `.qat`, `.qat` as `.ipynb`.
///
/// Cells, ids, tags and text stay the same. Returns what the text form can't hold and was left out, in words; nil
/// where nothing was. A file that exists is replaced only where `force` says so.
package func convertNotebook(
  _ source: String, to target: String, force: Bool
) throws(NotebookError) -> String? {
  let notebook = try readNotebook(source)
  let format = try notebookFormat(of: target)
  try requireOther(target, than: [source])
  guard format != notebook.format else { throw .sameFormat(source: source, target: target) }
  switch format {
  case .qat:
    try place(notebook.qatText, at: target, force: force)
    return notebook.leftOutOfText
  case .ipynb:
    try place(notebook.asIPyNB.ipynbText, at: target, force: force)
    return nil
  }
}

private func place(_ text: String, at path: String, force: Bool) throws(NotebookError) {
  if force { try replaceFile(path, with: text) } else { try createFile(path, with: text) }
}

extension Notebook {
  /// The same cells with what an `.ipynb` file needs of each.
  package var asIPyNB: Notebook {
    var notebook = Notebook(format: .ipynb, cells: cells.map(\.asIPyNB), root: Self.emptyRoot)
    notebook.completeIDs()
    return notebook
  }

  /// The members of a new file beside its cells.
  package static let emptyRoot: JSONObject = [
    "metadata": .object([
      "kernelspec": .object(NotebookLanguage.kernelspec),
      "language_info": .object(NotebookLanguage.information),
    ]),
    "nbformat": .integer(4), "nbformat_minor": .integer(5),
  ]

  /// What a `.qat` file doesn't say of this notebook.
  fileprivate var leftOutOfText: String? {
    let outputs = cells.count { !($0.members["outputs"]?.array ?? []).isEmpty }
    let attachments = cells.count { !($0.members["attachments"]?.object?.isEmpty ?? true) }
    let metadata = cells.count { cell in
      cell.members["metadata"]?.object?.members.contains { $0.key != "tags" } ?? false
    }
    let parts = [(outputs, "outputs"), (attachments, "attachments"), (metadata, "metadata beside tags")]
      .filter { $0.0 > 0 }.map { "\($0.1) of \($0.0) cell\($0.0 == 1 ? "" : "s")" }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension NotebookCell {
  fileprivate var asIPyNB: NotebookCell {
    var cell = self
    let type: String
    switch kind {
    case .code: type = "code"
    case .markdown: type = "markdown"
    case .other: type = members["cell_type"]?.string ?? "raw"
    }
    cell.members["cell_type"] = .string(type)
    cell.members["metadata"] = .object(tags.isEmpty ? [:] : ["tags": .array(tags.map(JSONValue.string))])
    if kind == .code {
      cell.members["execution_count"] = .null
      cell.members["outputs"] = .array([])
    }
    return cell
  }
}
