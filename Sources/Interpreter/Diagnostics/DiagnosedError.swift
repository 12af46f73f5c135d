package import Language
import Text

/// An error that is the user's to mend, and so has a diagnostic with a place.
package protocol DiagnosedError: Error {
  var diagnostic: Diagnostic { get }
}

/// A diagnostic of severity error.
///
/// - Parameters:
///   - label: words beside the caret: the cause at that place.
///   - remedy: what to write instead, as a note under it.
///   - suggestion: text that could replace the marked words.
func complaint(
  _ id: String, _ message: String, at range: SourceRange, label: String? = nil, remedy: String? = nil,
  suggestion: String? = nil, edit: Edit? = nil
) -> Diagnostic {
  Diagnostic(
    id: id, severity: .error, message: message, range: range,
    label: label ?? suggestion.map { "did you mean \(quoted($0))?" },
    notes: remedy.map { [$0] } ?? [], suggestion: suggestion, edit: edit)
}

/// The known name that was meant most likely: the same in other letters, what it is called elsewhere, or the nearest.
func nearName(_ written: String, _ known: [String]) -> String? {
  Synonyms.name(for: written, among: known) ?? nearest(to: written, among: known)
}

private func plural(_ noun: String) -> String { noun == "loss" ? "losses" : noun + "s" }

/// A diagnostic for a name that is not among those known: with the nearest one, or with all of them.
func unknownName(
  _ id: String, _ message: String, _ word: Word, known: [String], noun: String
) -> Diagnostic {
  let near = nearName(word.text, known)
  let remedy =
    near == nil
    ? (known.isEmpty
      ? "there is none yet; make one with: teacher = train resnet18"
      : plural(noun) + ": " + sentence(shortened(known)))
    : nil
  return complaint(id, message, at: word.range, remedy: remedy, suggestion: near)
}

/// With what there is to say of a word for which there is nothing here, in the place of a list of all that there is.
func advised(_ diagnostic: Diagnostic, _ word: Word) -> Diagnostic {
  guard let advice = Synonyms.advice(for: word.text) else { return diagnostic }
  var diagnostic = diagnostic
  diagnostic.notes = [advice]
  return diagnostic
}

/// A screen's worth of names, and how many more there are.
private func shortened(_ names: [String]) -> [String] {
  let most = 16
  guard names.count > most + 1 else { return names }
  return names.prefix(most) + ["\(names.count - most) more"]
}
