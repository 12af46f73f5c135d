import Language

// Options and values.
extension Moves {
  /// `3 epochs`, `4 bits`: the number follows the word.
  func numberBeforeOption(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command else { return [] }
    return sentence.words.indices.dropFirst().dropLast().compactMap { index in
      let (number, word) = (sentence.words[index], sentence.words[index + 1])
      guard number.kind == .number || number.kind == .percentage, word.kind == .word,
        sentence.isOutside(index),
        let option = Synonyms.name(for: word.text, among: command.keywords.map(\.name))
      else { return nil }
      var words = sentence.words
      words.replaceSubrange(index...index + 1, with: [.word(option), number])
      return Sentence(target: sentence.target, words: words)
    }
  }

  /// `int4`, `4-bit`, `4bit`, `w4a8`, `fp16`: a width as a word of its own.
  func widthWord(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command, command.keyword(named: "bits") != nil || command.name == "train"
    else {
      return []
    }
    return sentence.words.indices.dropFirst().flatMap { index -> [Sentence] in
      let text = Synonyms.key(sentence.words[index].text)
      guard sentence.isOutside(index) else { return [] }
      var end = index + 1
      var options: [[Sentence.Piece]] = []
      if let bits = Self.width(text, after: ["int", "uint", "u", "i", "w"])
        ?? Self.width(text, before: ["bits", "bit", "b"])
      {
        options = [[.word("bits"), Sentence.Piece(kind: .number, text: bits)]]
      } else if let (weights, activations) = Self.widths(text) {
        options = [
          [
            .word("weights"), Sentence.Piece(kind: .number, text: weights), .word("activations"),
            Sentence.Piece(kind: .number, text: activations),
          ]
        ]
      } else if ["fp16", "half", "float16", "bf16", "bfloat16"].contains(text) {
        let format = text.hasPrefix("b") ? "bf16" : "fp16"
        options = command.name == "train" ? [[]] : keptLast(sentence, format)
      } else {
        return []
      }
      // `bits int4` has the option already.
      var start = index
      if index > 1, sentence.words[index - 1].kind == .word,
        Synonyms.name(for: sentence.words[index - 1].text, among: ["bits"]) != nil
      {
        start = index - 1
      }
      if end < sentence.words.count, sentence.words[end].text == "quantization" { end += 1 }
      return options.map { option in
        var words = sentence.words
        words.replaceSubrange(start..<end, with: option)
        return Sentence(target: sentence.target, words: words)
      }
    }
  }

  /// `keep(fc: fp16)`: the last layer of the model that the sentence names.
  private func keptLast(_ sentence: Sentence, _ format: String) -> [[Sentence.Piece]] {
    ["fc", "fc2", "fc3", "classifier", "classifier.1"].map { layer in
      [
        .word("keep"), Sentence.Piece(kind: .leftParenthesis, text: "(", isGlued: true), .word(layer),
        Sentence.Piece(kind: .colon, text: ":"), .word(format),
        Sentence.Piece(kind: .rightParenthesis, text: ")"),
      ]
    }
  }

  private static func width(_ text: String, after starts: [String]) -> String? {
    for start in starts where text.hasPrefix(start) {
      let digits = text.dropFirst(start.count)
      if !digits.isEmpty, digits.allSatisfy(\.isNumber) { return String(digits) }
    }
    return nil
  }

  private static func width(_ text: String, before ends: [String]) -> String? {
    for end in ends where text.hasSuffix(end) {
      let digits = text.dropLast(end.count)
      if !digits.isEmpty, digits.allSatisfy(\.isNumber) { return String(digits) }
    }
    return nil
  }

  /// `w4a8`.
  private static func widths(_ text: String) -> (String, String)? {
    guard text.first == "w", let a = text.firstIndex(of: "a") else { return nil }
    let (weights, activations) = (text[text.index(after: text.startIndex)..<a], text[text.index(after: a)...])
    guard !weights.isEmpty, !activations.isEmpty, (weights + activations).allSatisfy(\.isNumber) else {
      return nil
    }
    return (String(weights), String(activations))
  }

  /// `train resnet18 sgd`: a word that is a value of one option alone.
  func valueWithoutOption(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command else { return [] }
    return sentence.words.indices.dropFirst().flatMap { index -> [Sentence] in
      let word = sentence.words[index]
      guard word.kind == .word, sentence.isOutside(index), command.keyword(named: word.text) == nil,
        command.keyword(named: sentence.words[index - 1].text) == nil
      else { return [] }
      return command.keywords.compactMap { keyword in
        guard case .choice(let choices) = keyword.kind,
          let value = Synonyms.name(for: word.text, among: choices.map(\.name))
        else { return nil }
        var words = sentence.words
        words.replaceSubrange(index...index, with: [.word(keyword.name), .word(value)])
        return Sentence(target: sentence.target, words: words)
      }
    }
  }

  /// `learning_rate 0.1` behind another option.
  func optionByOtherName(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command else { return [] }
    let options = command.keywords.map(\.name)
    return sentence.words.indices.dropFirst().compactMap { index in
      let word = sentence.words[index]
      guard word.kind == .word, sentence.isOutside(index), !names.knows(word.text),
        !options.contains(word.text),
        let option = Synonyms.name(for: word.text, among: options)
      else { return nil }
      var words = sentence.words
      words[index].text = option
      return Sentence(target: sentence.target, words: words)
    }
  }

  /// `epochs` with nothing behind it: a value that could stand there.
  func missingValue(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command, let last = sentence.words.last, last.kind == .word,
      let example = command.keyword(named: last.text)?.example, sentence.words.count > 1
    else { return [] }
    return [Sentence(sentence.text + " " + example)].compactMap { $0 }
  }

  /// `epochs 3 epochs 4`: the later one counts.
  func repeatedOption(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command else { return [] }
    var seen: [String: Int] = [:]
    for index in sentence.words.indices.dropFirst() where sentence.isOutside(index) {
      let word = sentence.words[index]
      guard word.kind == .word, let keyword = command.keyword(named: word.text) else { continue }
      if let earlier = seen[keyword.name] {
        var words = sentence.words
        words.removeSubrange(earlier..<min(earlier + (keyword.form == .flag ? 1 : 2), index))
        return [Sentence(target: sentence.target, words: words)]
      }
      seen[keyword.name] = index
    }
    return []
  }
}
