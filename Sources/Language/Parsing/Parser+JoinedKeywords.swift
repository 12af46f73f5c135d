extension Parser {
  /// The keyword of two words that begins at the place: `keep best`, where `keep` alone may be another.
  func joinedKeyword(after verb: Word) -> (name: String, form: Vocabulary.KeywordForm)? {
    guard let first = peek(), first.kind == .word, let second = peek(1), second.kind == .word else {
      return nil
    }
    let name = first.text + " " + second.text
    return vocabulary.form(of: name, after: verb.text).map { (name, $0) }
  }

  /// Takes a keyword of one word or of two.
  mutating func takeKeyword(after verb: Word) -> Word? {
    let joined = joinedKeyword(after: verb)
    guard let first = takeWord() else { return nil }
    guard let joined, let second = takeWord() else { return first }
    return Word(text: joined.name, range: first.range.joined(with: second.range))
  }
}
