/// A version of a model as the language names it: `teacher@2`.
package struct VersionReference: Hashable, Sendable {
  package var name: String
  /// From 1.
  package var version: Int

  package init(_ name: String, _ version: Int) {
    (self.name, self.version) = (name, version)
  }

  /// Nil where a text is no name with a number behind an `@`, as it would be written.
  package init?(_ text: some StringProtocol) {
    guard let sign = text.lastIndex(of: "@"), sign > text.startIndex,
      let number = Int(text[text.index(after: sign)...]), number > 0
    else { return nil }
    self.init(String(text[..<sign]), number)
    guard self.text == text else { return nil }
  }

  package var text: String { "\(name)@\(version)" }

  /// Those that stand in a text, also with a path behind them: `teacher@2.conv1`.
  package static func all(in text: String) -> Set<VersionReference> {
    guard text.contains("@") else { return [] }
    let words = text.split { !($0.isLetter || $0.isNumber || "_-@.".contains($0)) }
    return words.reduce(into: []) { found, word in
      guard let sign = word.firstIndex(of: "@") else { return }
      let digits = word[word.index(after: sign)...].prefix { $0.isASCII && $0.isNumber }
      if let reference = VersionReference(word[..<sign] + "@" + digits) { found.insert(reference) }
    }
  }
}

/// A version that a model was made from, as it is kept with the model.
package struct OriginRecord: Hashable, Sendable {
  package enum Role: String, Hashable, Sendable { case start, teacher }

  package var role: Role
  package var reference: VersionReference

  package init(_ role: Role, _ reference: VersionReference) {
    (self.role, self.reference) = (role, reference)
  }

  /// The key of a model's details under which its origins are kept.
  package static let detailKey = "origins"

  /// Those that details hold, as "start teacher@2, teacher big@1"; none where they hold none that can be read.
  package static func all(in text: String?) -> [OriginRecord] {
    (text ?? "").split(separator: ",").compactMap { part in
      let words = part.split(separator: " ")
      guard words.count == 2, let role = Role(rawValue: String(words[0])),
        let reference = VersionReference(words[1])
      else { return nil }
      return OriginRecord(role, reference)
    }
  }

  package static func text(_ origins: [OriginRecord]) -> String {
    origins.map { "\($0.role.rawValue) \($0.reference.text)" }.joined(separator: ", ")
  }
}
