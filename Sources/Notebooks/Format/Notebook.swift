package import Text

/// A notebook as it was read: what isn't understood stays as it was.
package struct Notebook: Sendable, Equatable {
  package enum Format: Sendable, Equatable { case ipynb, qat }

  package var format: Format
  package var cells: [NotebookCell]
  /// The members of the file beside the cells; empty for `.qat`.
  package var root: JSONObject

  package init(format: Format, cells: [NotebookCell], root: JSONObject = [:]) {
    self.format = format
    self.cells = cells
    self.root = root
  }
}

/// A cell, with what its file says of it.
package struct NotebookCell: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case code, markdown
    /// Neither run nor shown: `raw`, and kinds that a later format may bring.
    case other
  }

  package var kind: Kind
  package var source: String
  package var tags: [String]
  /// The cell's members in an `.ipynb`; of a `.qat` file its id and an unusual type alone.
  package var members: JSONObject

  package init(kind: Kind, source: String, tags: [String] = [], members: JSONObject = [:]) {
    self.kind = kind
    self.source = source
    self.tags = tags
    self.members = members
  }

  package var id: String? { members["id"]?.string }
  /// Holds the notebook's parameters with their defaults, or the values that papermill gave them instead.
  package var holdsParameters: Bool {
    kind == .code && (tags.contains("parameters") || tags.contains("injected-parameters"))
  }
  package var isSkipped: Bool { tags.contains("skip-execution") }
  /// Its failure is part of the lesson: the run goes on.
  package var mayFail: Bool { tags.contains("raises-exception") }
  package var isBlank: Bool { source.allSatisfy(\.isWhitespace) }
}
