package import Interpreter
package import Language

/// What another front-end knows and a kernel needs, too: outputs as plain text, and files by the start of their path.
package struct KernelPainting: Sendable {
  /// An output as it stands in files.
  package var plainText: @Sendable (Output, SourceFile) -> String
  /// A progress as one line.
  package var progressLine: @Sendable (Progress) -> String
  /// Files and folders that a path which was started can become.
  package var files: @Sendable (String) -> [Completion]

  package init(
    plainText: @escaping @Sendable (Output, SourceFile) -> String,
    progressLine: @escaping @Sendable (Progress) -> String,
    files: @escaping @Sendable (String) -> [Completion]
  ) {
    self.plainText = plainText
    self.progressLine = progressLine
    self.files = files
  }
}
