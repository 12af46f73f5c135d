/// A piece of the reference, before anything lays it out as a page or as a manual.
package enum ReferenceBlock: Sendable, Equatable {
  /// Level 1 starts a chapter, 2 a section of it.
  case heading(Int, String)
  /// Sentences, without marks.
  case paragraph(String)
  /// Lines as they are typed or shown.
  case code(String)
  /// Words with what they mean; the first column and those of `code` hold what can be typed.
  case table(Table, code: Set<Int> = [0])
}

extension ReferenceBlock {
  /// Words in two columns.
  package static func words(_ title: String, _ rows: [[String]]) -> ReferenceBlock {
    .table(Table(columns: [Table.Column(title), Table.Column("means")], texts: rows))
  }

  static func choices(_ title: String, _ choices: [Choice]) -> ReferenceBlock {
    words(title, choices.map { [$0.name, $0.summary] })
  }
}
