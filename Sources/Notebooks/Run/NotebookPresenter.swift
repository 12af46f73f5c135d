package import Interpreter
package import Language

/// How a run is shown: what the front-end does with each thing that happens.
package struct NotebookPresenter {
  /// A text cell, in Markdown.
  package var markdown: (String) -> Void
  /// A code cell is about to run.
  package var program: (String) -> Void
  /// An output of the cell with this source, progress included.
  package var output: (Output, SourceFile) -> Void
  /// The cell ended.
  package var finished: (CellRecord) -> Void
  /// A line for a program that reads standard output, to be written at once.
  package var jsonLine: (String) -> Void
  /// The run can't start, or can't be kept.
  package var problem: (Diagnostic) -> Void
  /// An output in plain text, for files.
  package var plainText: (Output, SourceFile) -> String
  /// False once nobody reads what is shown.
  package var isRead: () -> Bool
  /// The system's words for an errno value.
  package var systemMessage: (Int32) -> String

  package init(
    markdown: @escaping (String) -> Void, program: @escaping (String) -> Void,
    output: @escaping (Output, SourceFile) -> Void, finished: @escaping (CellRecord) -> Void,
    jsonLine: @escaping (String) -> Void, problem: @escaping (Diagnostic) -> Void,
    plainText: @escaping (Output, SourceFile) -> String, isRead: @escaping () -> Bool,
    systemMessage: @escaping (Int32) -> String
  ) {
    self.markdown = markdown
    self.program = program
    self.output = output
    self.finished = finished
    self.jsonLine = jsonLine
    self.problem = problem
    self.plainText = plainText
    self.isRead = isRead
    self.systemMessage = systemMessage
  }
}
