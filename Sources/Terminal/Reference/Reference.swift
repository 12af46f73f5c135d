package import Interpreter

/// All that the program says of itself, in chapters: one text as a page, as a manual, or for a test.
package struct Reference: Sendable {
  package var blocks: [ReferenceBlock]

  /// `program` tells of the command line, which the executable knows.
  package init(program: [ReferenceBlock]) {
    let overview = HelpOverview(pattern: "")
    blocks =
      program + LanguageReference.blocks + [
        .heading(1, "The prompt"),
        .paragraph(
          "Commands with a colon belong to the prompt and not to the language: they stand in no notebook."),
        .table(Self.table("command", overview.colonCommands)), .heading(2, "Keys"),
        .table(Self.table("key", overview.keys)), .heading(1, "Exit codes"),
        .table(Self.table("code", Self.exitCodes)), .heading(1, "Files"),
        .table(Self.table("file", Self.files)), .heading(1, "Environment"),
        .table(Self.table("variable", EnvironmentVariables.all)),
      ]
  }

  private static func table(_ title: String, _ rows: [[String]]) -> Table {
    Table(columns: [.init(title), .init("means")], texts: rows)
  }

  private static let exitCodes = [
    ["0", "fine"],
    ["1", "a cell failed, or what was asked for can't be read, written or opened"],
    ["2", "wrong use"],
    ["3", "a replay differs"],
    ["130", "interrupted, or nobody reads the output any more"],
  ]

  private static let files = [
    [".qatlab", "the session's folder, where --session names no other"],
    [".qatlab/store.db", "what is known of models and runs, and the history: SQLite"],
    [".qatlab/objects", "weights, as safetensors"],
    [".qatlab/pictures", "pictures that were decoded, until their file changes"],
    ["~/.config/qatlab/rc.qat", "statements that run when the prompt opens, unless --norc"],
    ["~/.editrc", "the user's own bindings of keys, after the program's"],
  ]
}
