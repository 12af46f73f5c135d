package import Text

/// What notebooks and kernels say of the language of their cells.
package enum NotebookLanguage {
  package static let name = "qatlab"
  /// Of the kernel, in the lists of clients.
  package static let displayName = "qatlab"

  /// `metadata.language_info` of a file.
  ///
  /// Both ways to colour a cell are in `python/qatlab-jupyter`. An editor without it takes the mode of the MIME type
  /// instead: Python's colours of comments, strings, numbers and `with`, `from` fit.
  package static let information: JSONObject = [
    "codemirror_mode": .object(["mime": .string("text/x-python"), "name": .string(name)]),
    "file_extension": .string(".qat"), "mimetype": .string("text/x-qatlab"), "name": .string(name),
    "pygments_lexer": .string(name),
  ]

  /// `metadata.kernelspec` of a file.
  package static let kernelspec: JSONObject = [
    "display_name": .string(displayName), "language": .string(name), "name": .string("qatlab"),
  ]
}
