/// What is wrong, where, why, and what to write instead.
package struct Diagnostic: Error, Hashable, Sendable, Codable {
  package enum Severity: String, Sendable, Codable { case error, warning, note }

  /// A kebab-case word for the kind of problem, which stays the same when the wording changes:
  /// `unknown-model`.
  package var id: String
  package var severity: Severity
  /// Stands on its own, in lower case and without a full stop.
  package var message: String
  /// The exact words at fault; nil where it is the whole cell, or no place in it.
  package var range: SourceRange?
  /// Stands after the carets: `did you mean "teacher"?`.
  package var label: String?
  /// Why, and what to write instead.
  ///
  /// One that begins with `try: ` is shown as it is, any other after `note: `.
  package var notes: [String]
  /// Text that replaces the range, where there is one (empty: leave it out); else what to write.
  package var suggestion: String?
  /// What mends it where that is not a text in the place of `range`.
  package var edit: Edit?
  /// The whole cell as it is to be written, where more changes than the suggestion.
  package var cell: String?

  package init(
    id: String, severity: Severity = .error, message: String, range: SourceRange? = nil, label: String? = nil,
    notes: [String] = [], suggestion: String? = nil, edit: Edit? = nil
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.range = range
    self.label = label
    self.notes = notes
    self.suggestion = suggestion
    self.edit = edit
  }
}

/// A change of a program's text: what stands in the place of a range, which may be empty.
package struct Edit: Hashable, Sendable, Codable {
  package var range: SourceRange
  package var text: String

  package init(range: SourceRange, text: String) {
    self.range = range
    self.text = text
  }
}

/// A user's text in quotes, fit for a message: on one line, and cut in its middle where it is long.
///
/// A text that has its quotes gets no others.
package func quoted(_ text: some StringProtocol) -> String {
  let shown = 40
  if text.utf8.count <= 4 * shown, text.count > 1, text.count <= shown, text.first == "\"", text.last == "\""
  {
    return printable(String(text))
  }
  let characters = Array(text.prefix(shown + 1))
  guard characters.count > shown else { return "\"" + printable(String(text)) + "\"" }
  let start = String(characters.prefix(shown / 2))
  let end = String(text.suffix(shown / 2 - 1))
  return "\"" + printable(start) + "…" + printable(end) + "\""
}
