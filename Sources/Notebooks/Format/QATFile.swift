import Language

/// Reads a plain-text notebook: cells between `# %%` lines, in the percent format that editors know.
///
/// `# %% [markdown]` starts a text cell, whose lines begin with `# `; `id="x"` and `tags=["parameters"]` behind
/// the signs name a cell and its tags. `source="…"` holds a text that lines can't, such as one that ends with a
/// blank line. What stands before the first marker is a cell too, unless it is only comments.
func parseQAT(_ text: String, path: String) throws(NotebookError) -> Notebook {
  var text = text
  if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
  let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").split(
    separator: "\n", omittingEmptySubsequences: false)
  var cells: [NotebookCell] = []
  var cell = NotebookCell(kind: .code, source: "")
  var body: [Substring] = []
  var hasMarker = false
  var ids: Set<String> = []
  func close() {
    let text = source(of: body, kind: cell.kind)
    if !text.isEmpty || cell.source.isEmpty { cell.source = text }
    let isHeader = !hasMarker && body.allSatisfy { $0.allSatisfy(\.isWhitespace) || $0.hasPrefix("#") }
    if !isHeader { cells.append(cell) }
  }
  for (index, line) in lines.enumerated() {
    guard let marker = CellMarker(line) else {
      body.append(line)
      continue
    }
    close()
    do { cell = try marker.cell() } catch {
      throw .badMarker(path: path, line: index + 1, problem: error.problem, remedy: error.remedy)
    }
    if let id = cell.id, !ids.insert(id).inserted {
      throw .badMarker(
        path: path, line: index + 1, problem: "another cell has the id \(quoted(id))",
        remedy: "leave id=\(quoted(id)) out")
    }
    body = []
    hasMarker = true
  }
  close()
  return Notebook(format: .qat, cells: cells)
}

/// The lines without blank ones at either end; of text cells without their comment signs.
private func source(of lines: [Substring], kind: NotebookCell.Kind) -> String {
  let texts = kind == .code ? lines.map(String.init) : lines.map(uncommented)
  let isBlank = { (line: String) in line.allSatisfy(\.isWhitespace) }
  return texts.drop(while: isBlank).reversed().drop(while: isBlank).reversed().joined(separator: "\n")
}

private func uncommented(_ line: Substring) -> String {
  guard line.hasPrefix("#") else { return String(line) }
  let rest = line.dropFirst()
  return String(rest.first == " " ? rest.dropFirst() : rest)
}
