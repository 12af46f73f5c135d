import Language
import Text

/// A line that starts a cell of a `.qat` file: `# %% title [markdown] id="a" tags=["b"]`.
struct CellMarker {
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

  /// The marker of a cell; `holdsSource` puts its text into the line.
  static func line(of cell: NotebookCell, holdsSource: Bool) -> String {
    var words = ["# %%"]
    switch cell.kind {
    case .code: break
    case .markdown: words.append("[markdown]")
    case .other: words.append("[raw]")
    }
    if cell.kind == .other, let type = cell.members["cell_type"]?.string, type != "raw" {
      words.append("type=" + JSONValue.string(type).line)
    }
    if let id = cell.id { words.append("id=" + JSONValue.string(id).line) }
    if !cell.tags.isEmpty { words.append("tags=" + JSONValue.array(cell.tags.map(JSONValue.string)).line) }
    if holdsSource { words.append("source=" + JSONValue.string(cell.source).line) }
    return words.joined(separator: " ")
  }

  func cell() throws(Problem) -> NotebookCell {
    let kind = try kind()
    let tags = Problem(
      problem: "tags are a list of words in quotes", remedy: "# %% tags=[\"parameters\"]")
    var cell = NotebookCell(
      kind: kind, source: try text("source") ?? "", tags: try list(of: value("tags", otherwise: tags), tags))
    if let id = try text("id") {
      guard isCellID(id) else {
        throw Problem(
          problem: "an id has 1 to 64 letters, digits, - and _, and \(quoted(id)) is none",
          remedy: "# %% id=\"train-teacher\"")
      }
      cell.members["id"] = .string(id)
    }
    if kind == .other, let type = try text("type") { cell.members["cell_type"] = .string(type) }
    return cell
  }

  private func kind() throws(Problem) -> NotebookCell.Kind {
    let title = rest.prefix(upTo: attributesStart)
    guard let start = title.firstIndex(of: "["), let end = title[start...].firstIndex(of: "]"),
      title[..<start].last.map({ $0.isWhitespace }) ?? false
    else { return .code }
    switch title[title.index(after: start)..<end] {
    case "markdown", "md": return .markdown
    case "raw": return .other
    case let word:
      throw Problem(problem: "there is no kind of cell [\(word)]", remedy: "# %% [markdown]")
    }
  }

  private static let names = ["type", "id", "tags", "source"]

  /// Where the title ends.
  private var attributesStart: String.Index {
    Self.names.compactMap { rest.firstRange(of: " " + $0 + "=")?.lowerBound }.min() ?? rest.endIndex
  }

  /// The JSON value behind `name=`; nil where the name isn't there.
  private func value(_ name: String, otherwise problem: Problem) throws(Problem) -> JSONValue? {
    var text = rest[attributesStart...]
    while !text.isEmpty {
      text = text.drop { $0 == " " || $0 == "\t" }
      guard let known = Self.names.first(where: { text.hasPrefix($0 + "=") }) else { return nil }
      let written = String(text.dropFirst(known.count + 1))
      guard let (value, length) = try? JSONParser.prefix(written) else {
        if known == name { throw problem }
        return nil
      }
      if known == name { return value }
      text = Substring(String(decoding: written.utf8.dropFirst(length), as: UTF8.self))
    }
    return nil
  }

  private func text(_ name: String) throws(Problem) -> String? {
    let problem = Problem(problem: "\(name) is a text in quotes", remedy: "# %% \(name)=\"…\"")
    guard let value = try value(name, otherwise: problem) else { return nil }
    guard let text = value.string else { throw problem }
    return text
  }

  private func list(of value: JSONValue?, _ problem: Problem) throws(Problem) -> [String] {
    guard let value else { return [] }
    guard let list = value.array else { throw problem }
    let texts = list.compactMap(\.string)
    guard texts.count == list.count else { throw problem }
    return texts
  }
}

/// What nbformat takes as a cell's id.
func isCellID(_ id: String) -> Bool {
  let scalars = id.unicodeScalars
  return (1...64).contains(scalars.count)
    && scalars.allSatisfy { isASCIILetter($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_" }
}
