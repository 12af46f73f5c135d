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
  suggestion: String? = nil
) -> Diagnostic {
  Diagnostic(
    id: id, severity: .error, message: message, range: range,
    label: label ?? suggestion.map { "did you mean \(quoted($0))?" },
    notes: remedy.map { [$0] } ?? [], suggestion: suggestion)
}

/// The known name that comes nearest to what was written, whatever its capitals.
func nearName(_ written: String, _ known: [String]) -> String? {
  if let same = known.first(where: { $0.lowercased() == written.lowercased() }) { return same }
  return nearest(to: written, among: known)
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

/// A screen's worth of names, and how many more there are.
private func shortened(_ names: [String]) -> [String] {
  let most = 16
  guard names.count > most + 1 else { return names }
  return names.prefix(most) + ["\(names.count - most) more"]
}
