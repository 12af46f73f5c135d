/// What a stretch of a cell is, from which an editor chooses its looks.
package enum HighlightKind: Sendable, Hashable {
  case command
  /// An option of a command, or the label of an argument.
  case keyword
  /// A name that exists where it stands: a model, a network, a loss, a word of the language.
  case known
  /// A name that doesn't.
  case unknown
  case number
  case string
  case comment
  /// A bracket without partner, a string without end, a sign that means nothing.
  case fault
}

/// A stretch of a cell's text in UTF-8 offsets, and what it is.
package struct Highlight: Sendable, Hashable {
  package var range: Range<Int>
  package var kind: HighlightKind

  package init(range: Range<Int>, kind: HighlightKind) {
    self.range = range
    self.kind = kind
  }
}
