package import Interpreter

/// The reference in Markdown.
package struct ReferencePage: Sendable {
  package var blocks: [ReferenceBlock]

  package init(_ reference: Reference) { blocks = reference.blocks }

  /// A title, and below it chapters; ends with a newline.
  package var text: String {
    let lead = """
      # Reference

      What `qatlab help --markdown` writes, out of the records of its commands; `qatlab help --man` writes the same as a manual.
      """
    return ([lead] + blocks.map(text(of:))).joined(separator: "\n\n") + "\n"
  }

  private func text(of block: ReferenceBlock) -> String {
    switch block {
    case .heading(let level, let title): String(repeating: "#", count: level + 1) + " " + escaped(title)
    case .paragraph(let text): escaped(text)
    case .code(let lines): "```\n" + lines + "\n```"
    case .table(let table, let code): rows(of: table, code)
    }
  }

  private func rows(of table: Table, _ code: Set<Int>) -> String {
    let titles = table.columns.map { escaped($0.title) }
    let rows = table.texts.map { row in
      row.enumerated().map { code.contains($0) ? typed($1) : escaped($1) }
    }
    return ([titles, titles.map { _ in "---" }] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// As code; a `|` ends the cell of a table there, too, unless it is escaped.
  private func typed(_ text: String) -> String {
    text.isEmpty ? "" : "`" + text.replacing("|", with: "\\|") + "`"
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      if "\\`*_<>|#[]".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
  }
}
