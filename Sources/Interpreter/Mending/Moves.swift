import GraphIR
import Language

/// Ways in which a statement may be meant otherwise than it is written, each a habit of another language; what comes of
/// them is tried before it is shown.
///
/// Adding one: a function from a sentence to sentences, and a line in `all`.
struct Moves {
  let names: KnownNames

  /// The sentences that one change makes of a sentence, the likeliest first.
  func next(_ sentence: Sentence) -> [Sentence] {
    let moves: [(Sentence) -> [Sentence]] = [
      method, call, assignedName, phrases, leadingWords, otherVerb, withTeacher, bareKD, numberBeforeOption,
      widthWord, valueWithoutOption, optionByOtherName, unquoted, quotedFile, verbFirst, fillers, otherKind,
      missingOperand, missingValue, targetOfNothing, layersWithCommas, repeatedOption,
    ]
    return moves.flatMap { $0(sentence) }.filter { $0 != sentence && !$0.words.isEmpty }
  }

  func isVerb(_ word: String) -> Bool { Command.named(word) != nil }

  /// Commands that a word may mean: itself, or its like in the table.
  func verbs(_ word: String) -> [String] {
    if isVerb(word) { return [word] }
    let lowered = word.lowercased()
    if isVerb(lowered) { return [lowered] }
    let known = Synonyms.commands(for: word)
    return known.isEmpty ? [nearest(to: word, among: Command.all.map(\.name))].compactMap { $0 } : known
  }
}

// Calls.
extension Moves {
  /// `student.evaluate()`, `teacher.train(epochs=3)`.
  private func method(_ sentence: Sentence) -> [Sentence] {
    guard let first = sentence.words.first, first.kind == .word, let dot = first.text.lastIndex(of: ".")
    else { return [] }
    let owner = String(first.text[..<dot])
    let name = String(first.text[first.text.index(after: dot)...])
    var rest = Array(sentence.words.dropFirst())
    if let opening = rest.first, opening.kind == .leftParenthesis {
      guard let end = sentence.end(ofBracketAt: 1) else { return [] }
      rest = sentence.arguments(from: 1, to: end).flatMap { $0 } + sentence.words[end...]
    }
    let subject = isLibrary(owner) ? [] : [Sentence.Piece.word(owner)]
    let meant = verbs(name)
    return (meant.isEmpty && isLibrary(owner) ? [name] : meant).map {
      Sentence(target: sentence.target, words: [.word($0)] + subject + rest)
    }
  }

  private func isLibrary(_ name: String) -> Bool {
    ["torch", "nn", "qatlab", "tf", "keras", "np", "plt", "model", "self"].contains(name)
      && !names.knows(name)
  }

  /// `train(resnet18, epochs=3)`, `print(x)`, `help(qat)`.
  private func call(_ sentence: Sentence) -> [Sentence] {
    guard sentence.words.count > 2, let verb = sentence.verb, sentence.words[1].kind == .leftParenthesis,
      let end = sentence.end(ofBracketAt: 1)
    else { return [] }
    let arguments = sentence.arguments(from: 1, to: end).flatMap { $0 } + sentence.words[end...]
    return [Sentence(target: sentence.target, words: [.word(verb)] + arguments)]
  }
}

// Heads.
extension Moves {
  /// `x = resnet18`, `x = fashion-mnist`: a network is trained, data are chosen.
  private func assignedName(_ sentence: Sentence) -> [Sentence] {
    guard let target = sentence.target, let first = sentence.verb else { return [] }
    if first == "model" {
      let sign = Sentence.Piece(kind: .equals, text: "=")
      return [Sentence(words: [.word(first), target, sign] + sentence.words.dropFirst())]
    }
    // `evaluate = teacher`.
    if isVerb(target.text) { return [Sentence(words: [target] + sentence.words)] }
    guard !isVerb(first) else { return [] }
    var words = sentence.words
    if words.count == 3, words[1].kind == .leftParenthesis { words = [words[0]] }
    return [
      Sentence(target: sentence.target, words: [.word("train")] + words),
      Sentence(words: [.word("data")] + words),
    ]
  }

  /// Words with another meaning than their like here: what stands for them, where the sentence begins so.
  private static let knownPhrases: [(written: [String], meant: [[String]])] = [
    (["what", "is"], [["explain"]]), (["what's"], [["explain"]]), (["what", "are"], [["explain"]]),
    (["tell", "me", "about"], [["explain"]]), (["how", "does"], [["explain"]]),
    (["list", "models"], [["models"]]),
    (["ls", "models"], [["models"]]), (["list", "runs"], [["runs"]]), (["show", "models"], [["models"]]),
    (["show", "all"], [["models"]]), (["show", "runs"], [["runs"]]), (["show", "help"], [["help"]]),
    (["show", "settings"], [["set"]]), (["show", "accuracy"], [["evaluate"], ["compare"]]),
    (["show", "weights"], [["histogram"], ["inspect"]]), (["show", "layers"], [["show"]]),
    (["show", "summary"], [["show"]]), (["show", "confusion"], [["confusion"]]),
    (["show", "histogram"], [["histogram"]]), (["show", "loss"], [["show", "run"]]),
    (["loss"], [["show", "run"]]), (["fake-quant"], [["show", "fake-quant"]]),
    (["plot", "loss"], [["show", "run"]]), (["plot", "histogram"], [["histogram"]]),
    (["plot"], [["show", "run"], ["histogram"]]), (["load", "data"], [["data"]]),
    (["load", "dataset"], [["data"]]),
    (["load"], [["data"]]), (["set", "data"], [["data"]]), (["set", "dataset"], [["data"]]),
    (["seed"], [["set", "seed"]]),
    (["manual_seed"], [["set", "seed"]]), (["set", "random_seed"], [["set", "seed"]]),
    (["fine", "tune"], [["train"]]), (["go", "on"], [["train"]]), (["new", "model"], [["model"]]),
    (["create", "model"], [["model"]]), (["define", "model"], [["model"]]),
    (["delete", "model"], [["forget"]]),
    (["remove", "model"], [["forget"]]), (["compute", "accuracy"], [["evaluate"]]),
    (["get", "accuracy"], [["evaluate"]]),
    (["export", "to", "onnx"], [["export"]]), (["precision"], [["set", "precision"]]),
    (["undo", "all"], [["undo", "list"]]),
    (["history"], [["undo", "list"], ["runs"]]), (["status"], [["models"]]),
    (["graph"], [["show", "graph"]]),
    (["plan"], [["show", "plan"]]), (["images"], [["show", "images"]]),
    (["mixed", "precision"], [["budget"]]),
    (["knowledge", "distillation"], [["distill"], ["explain", "distillation"]]),
  ]

  /// What the sentence means where it begins with words that have another meaning here.
  func phrases(_ sentence: Sentence) -> [Sentence] {
    let start = sentence.words.prefix(3).map { $0.kind == .word ? $0.text.lowercased() : "" }
    return Self.knownPhrases.filter { start.starts(with: $0.written) }.flatMap { phrase in
      phrase.meant.map { head in
        Sentence(
          target: sentence.target,
          words: head.map(Sentence.Piece.word) + sentence.words.dropFirst(phrase.written.count))
      }
    }
  }

  private static let leading: Set<String> = [
    "please", "let", "var", "const", "val", "auto", "def", "run", "do", "call", "just", "now", "then", "and",
    "time",
    "await", "sudo", "qatlab", "cell", "import", "return", "lets", "start", "begin", "make", "try", "%time",
    "$",
  ]

  /// `let x = …`, `please train …`.
  private func leadingWords(_ sentence: Sentence) -> [Sentence] {
    guard let first = sentence.verb, Self.leading.contains(first.lowercased()), sentence.words.count > 1
    else {
      return []
    }
    let rest = Sentence(target: sentence.target, words: Array(sentence.words.dropFirst()))
    return [Sentence(rest.text)].compactMap { $0 }
  }

  private func otherVerb(_ sentence: Sentence) -> [Sentence] {
    guard let verb = sentence.verb else { return [] }
    let others = Synonyms.commands(for: verb) + (isVerb(verb) ? [] : verbs(verb))
    return others.map { sentence.with(verb: $0) }
  }

  /// `teacher evaluate`, `resnet18 train`: the verb stands first.
  private func verbFirst(_ sentence: Sentence) -> [Sentence] {
    guard let first = sentence.verb, !isVerb(first) else { return [] }
    return sentence.words.indices.dropFirst().flatMap { index -> [Sentence] in
      guard sentence.words[index].kind == .word, sentence.isOutside(index) else { return [] }
      return verbs(sentence.words[index].text).map { verb in
        var words = sentence.words
        words.remove(at: index)
        return Sentence(target: sentence.target, words: [.word(verb)] + words)
      }
    }
  }

  /// `x = compare`: nothing is made that a name could hold.
  private func targetOfNothing(_ sentence: Sentence) -> [Sentence] {
    guard sentence.target != nil, let command = sentence.command, !command.namesItsResult else { return [] }
    return [Sentence(words: sentence.words)]
  }
}

// Words that say nothing here.
extension Moves {
  private static let fillers: Set<String> = [
    "the", "a", "an", "my", "our", "this", "that", "model", "models", "network", "net", "layer", "layers",
    "named", "called",
    "please", "now", "and", "vs", "versus", "to", "on", "of", "for", "in", "into", "as", "using", "by", "is",
    "it", "all",
    "me", "with", "from", "accuracy", "weights", "int8", "gpu", "cuda", "cpu", "verbose", "file", "dataset",
    "name", "run", "graph", "about",
    "topic", "loss", "results", "result", "set", "at", "=", "quantized", "float", "trained",
  ]

  /// All of them left out that are neither an option nor a name; first those alone of which that is surest.
  private func fillers(_ sentence: Sentence) -> [Sentence] {
    let options = Set(sentence.command?.keywords.map(\.name) ?? [])
    func isFiller(_ index: Int) -> Bool {
      let word = sentence.words[index]
      return index > 0 && word.kind == .word && sentence.isOutside(index) && !names.knows(word.text)
        && !options.contains(word.text) && Self.fillers.contains(word.text.lowercased())
    }
    let found = sentence.words.indices.filter(isFiller)
    guard !found.isEmpty else { return [] }
    let all = Sentence(
      target: sentence.target,
      words: sentence.words.indices.filter { !found.contains($0) }.map { sentence.words[$0] })
    guard found.count > 1 else { return [all] }
    return [all]
      + found.map { index in
        var words = sentence.words
        words.remove(at: index)
        return Sentence(target: sentence.target, words: words)
      }
  }
}
