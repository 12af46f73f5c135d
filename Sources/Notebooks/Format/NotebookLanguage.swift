package import Text

/// What notebooks and kernels say of the language of their cells.
package enum NotebookLanguage {
  package static let name = "qatlab"
  /// Of the kernel, in the lists of clients.
  package static let displayName = "qatlab"

  /// `metadata.language_info` of a file.
  ///
  /// Python's colours fit: comments, strings, numbers and `with`, `for`, `from` look the same in both.
  package static let information: JSONObject = [
    "codemirror_mode": .string("python"), "file_extension": .string(".qat"),
    "mimetype": .string("text/x-qatlab"), "name": .string(name), "pygments_lexer": .string("python"),
  ]

  /// `metadata.kernelspec` of a file.
  package static let kernelspec: JSONObject = [
    "display_name": .string(displayName), "language": .string(name), "name": .string("qatlab"),
  ]
}
