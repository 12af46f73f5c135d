package import Interpreter

/// The reference as a page of the manual, in roff with the macros of man(7).
package struct ReferenceManual: Sendable {
  package var blocks: [ReferenceBlock]
  package var version: String

  package init(_ reference: Reference, version: String) {
    blocks = reference.blocks
    self.version = version
  }

  package var text: String {
    let head = [
      ".TH QATLAB 1 \"\" \"qatlab \(version)\" \"User Commands\"", ".SH NAME",
      "qatlab \\- train a network, quantize it with a teacher's help, and see why it works",
    ]
    return (head + blocks.flatMap(lines(of:))).joined(separator: "\n") + "\n"
  }

  private func lines(of block: ReferenceBlock) -> [String] {
    switch block {
    case .heading(1, let title): [".SH \(quoted(title.uppercased()))"]
    case .heading(_, let title): [".SS \(quoted(title))"]
    case .paragraph(let text): [".PP", escaped(text)]
    case .code(let text):
      [".PP", ".nf", ".RS"]
        + text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { escaped(String($0)) } + [".RE", ".fi"]
    case .table(let table, _): entries(of: table)
    }
  }

  /// A row is a term with its meaning, behind which the columns between them stand by their titles.
  private func entries(of table: Table) -> [String] {
    let titles = table.columns.map(\.title)
    return table.texts.flatMap { row -> [String] in
      guard let term = row.first, let last = row.indices.last, last > 0 else { return [] }
      let meaning = titles.firstIndex(of: "means") ?? last
      let others = row.indices.dropFirst().filter { $0 != meaning && !row[$0].isEmpty }
      let rest = others.map { "\(titles[$0]): \(row[$0])" }
      return [".TP", ".B \(quoted(term))", escaped(([row[meaning]] + rest).joined(separator: "; "))]
    }
  }

  /// A line of text; one that starts with a dot or an apostrophe would be a request.
  private func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  /// An argument of a macro.
  private func quoted(_ text: String) -> String {
    "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\""
  }
}
