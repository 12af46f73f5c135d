package import Interpreter
package import Language
package import Text
package import Training

/// A notebook whose cells come one at a time, as a kernel gets them: they run as those of a file.
package final class LiveNotebook {
  package private(set) var parameters = Parameters()
  private let interpreter: Interpreter
  /// Of the program.
  private let version: String
  private let plainText: (Output, SourceFile) -> String

  package init(
    interpreter: Interpreter, version: String, plainText: @escaping (Output, SourceFile) -> String
  ) {
    self.interpreter = interpreter
    self.version = version
    self.plainText = plainText
  }

  /// Runs a cell; `shown` gets each output as it arises, and what a file would hold of it, nil for progress and for
  /// what isn't shown.
  ///
  /// A cell that only gives names to values holds parameters, for a client doesn't tell how a cell is tagged.
  package func run(
    _ source: String, number: Int, cancellation: Cancellation,
    shown: @escaping (Output, JSONObject?) -> Void
  ) -> CellRecord {
    let definitions = ParameterCell(source)
    let tags = definitions.isUnmistakable ? ["parameters"] : []
    if !tags.isEmpty { parameters.define(definitions) }
    let presenter = NotebookPresenter(
      markdown: { _ in }, program: { _ in },
      output: { output, source in shown(output, self.output(output, source, number: number)) },
      finished: { _ in }, jsonLine: { _ in }, problem: { _ in }, plainText: plainText, isRead: { true },
      systemMessage: { "error \($0)" })
    let runner = CellRunner(
      interpreter: interpreter, parameters: parameters, presenter: presenter, cancellation: cancellation,
      version: version)
    return runner.run(NotebookCell(kind: .code, source: source, tags: tags), number)
  }

  /// What a file would hold of an output of a cell.
  package func output(_ output: Output, _ source: SourceFile, number: Int) -> JSONObject? {
    output.notebookOutput(number: number, plainText: plainText(output, source))
  }
}

extension ParameterCell {
  /// True where nothing else can be meant: `small = convert` is a statement.
  fileprivate var isUnmistakable: Bool {
    !definitions.isEmpty && diagnostics.isEmpty
      && definitions.allSatisfy { definition in
        if case .word(let word) = definition.value { Command.named(word) == nil } else { true }
      }
  }
}
