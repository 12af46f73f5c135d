/// Reads a plain-text notebook: cells between `# %%` lines, in the percent format that editors know.
///
/// `# %% [markdown]` starts a text cell, whose lines begin with `# `; `# %% tags=["parameters"]` names tags.
/// What stands before the first marker is a cell too, unless it is only comments.
func parseQAT(_ text: String, path: String) throws(NotebookError) -> Notebook {
  var text = text
  if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
  let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
  var cells: [NotebookCell] = []
  var cell = NotebookCell(kind: .code, source: "")
  var body: [Substring] = []
  var hasMarker = false
  func close() {
    cell.source = source(of: body, kind: cell.kind)
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

/// A line that starts a cell: `# %% title [markdown] tags=["a"]`.
private struct CellMarker {
  struct Problem: Error {
    var problem: String
    var remedy: String
  }

  private let rest: String

  /// Nil for a line that is no marker.
  init?(_ line: Substring) {
    guard line.first == "#" else { return nil }
    let comment = line.dropFirst().drop { $0 == " " }
    guard comment.hasPrefix("%%") else { return nil }
    let rest = comment.dropFirst(2)
    // `%%%` and `%%magic` are other things.
    guard rest.first.map({ $0.isWhitespace }) ?? true else { return nil }
    self.rest = String(rest)
  }

  func cell() throws(Problem) -> NotebookCell {
    NotebookCell(kind: try kind(), source: "", tags: try tags())
  }

  private func kind() throws(Problem) -> NotebookCell.Kind {
    guard let start = rest.firstIndex(of: "["), let end = rest[start...].firstIndex(of: "]"),
      rest[..<start].last.map({ $0.isWhitespace }) ?? false
    else { return .code }
    switch rest[rest.index(after: start)..<end] {
    case "markdown", "md": return .markdown
    case "raw": return .other
    case let word:
      throw Problem(problem: "there is no kind of cell [\(word)]", remedy: "# %% [markdown]")
    }
  }

  private func tags() throws(Problem) -> [String] {
    guard let range = rest.firstRange(of: "tags=") else { return [] }
    let problem = Problem(
      problem: "tags are a list of words in quotes", remedy: "# %% tags=[\"parameters\"]")
    guard let value = try? JSONParser.prefix(String(rest[range.upperBound...])).value, let list = value.array
    else { throw problem }
    let tags = list.compactMap(\.string)
    guard tags.count == list.count else { throw problem }
    return tags
  }
}
