import GraphIR
import Language

// Operands.
extension Moves {
  /// `"teacher"`, `'resnet18'`: names have no quotes.
  func unquoted(_ sentence: Sentence) -> [Sentence] {
    var words = sentence.words
    var isChanged = false
    for index in words.indices where words[index].kind == .string && words[index].text.count > 2 {
      let name = String(words[index].text.dropFirst().dropLast())
      guard let first = name.unicodeScalars.first, first.properties.isAlphabetic,
        name.unicodeScalars.allSatisfy({
          $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-".unicodeScalars.contains($0)
        })
      else { continue }
      words[index] = Sentence.Piece(kind: .word, text: name, isGlued: words[index].isGlued)
      isChanged = true
    }
    return isChanged ? [Sentence(target: sentence.target, words: words)] : []
  }

  private static let endings = [
    ".onnx", ".safetensors", ".pth", ".pt", ".png", ".jpg", ".jpeg", ".csv", ".npy",
  ]

  /// `export student student.onnx`: a file's name has quotes, and a model that goes out needs a file.
  func quotedFile(_ sentence: Sentence) -> [Sentence] {
    var words = sentence.words
    let ends = { (text: String) in Self.endings.contains { text.lowercased().hasSuffix($0) } }
    if let index = words.indices.dropFirst().first(where: { words[$0].kind == .word && ends(words[$0].text) })
    {
      words[index] = Sentence.Piece(kind: .string, text: "\"" + words[index].text + "\"")
      return [Sentence(target: sentence.target, words: words)]
    }
    guard sentence.verb == "export", words.count == 2, names.model(named: words[1].text) != nil else {
      return []
    }
    return ["onnx", "safetensors"].map { ending in
      Sentence(words: words + [Sentence.Piece(kind: .string, text: "\"\(words[1].text).\(ending)\"")])
    }
  }

  /// A command for another kind of model than the one that is named: `convert teacher`.
  func otherKind(_ sentence: Sentence) -> [Sentence] {
    guard let verb = sentence.verb, sentence.words.count > 1, sentence.words[1].kind == .word else {
      return []
    }
    let word = sentence.words[1].text
    guard let model = names.owner(of: word) else {
      return layerBehindModel(sentence)
    }
    switch (verb, model.kind) {
    case ("convert", .float): return [sentence.with(verb: "ptq")]
    case ("ptq", .fakeQuantized), ("dynamic", .fakeQuantized): return [sentence.with(verb: "convert")]
    case ("inspect", .float): return [sentence.with(verb: "sensitivity"), sentence.with(verb: "show")]
    case ("histogram", _) where sentence.words.count > 2: return layerBehindModel(sentence)
    case ("sensitivity", .fakeQuantized), ("sensitivity", .integer), ("ptq", .integer), ("qat", .integer):
      return names.origin(of: model.name, kind: .float).map { origin in
        var words = sentence.words
        words[1].text = origin.name
        return [Sentence(target: sentence.target, words: words)]
      } ?? []
    default: return layerBehindModel(sentence)
    }
  }

  /// `histogram student conv1`, `histogram conv1 of student`: a path joins them with a dot.
  private func layerBehindModel(_ sentence: Sentence) -> [Sentence] {
    let words = sentence.words
    guard words.count > 2, ["histogram", "inspect", "show"].contains(words[0].text) else { return [] }
    let named = words.indices.dropFirst().filter { words[$0].kind == .word }
    for model in named where names.model(named: words[model].text) != nil {
      for layer in named where layer != model && !["of", "in", "layer", "from"].contains(words[layer].text) {
        return [
          Sentence(
            target: sentence.target, words: [words[0], .word(words[model].text + "." + words[layer].text)])
        ]
      }
    }
    return []
  }

  /// A verb alone that needs a name: each model that there is, the newest first, and what help shows.
  func missingOperand(_ sentence: Sentence) -> [Sentence] {
    guard sentence.words.count == 1, let command = sentence.command, let first = command.operands.first
    else { return [] }
    let examples = command.examples.compactMap { Sentence($0) }.map {
      Sentence(target: sentence.target ?? $0.target, words: $0.words)
    }
    let starts = names.models.reversed().filter { $0.kind == .float }.prefix(1).map { model in
      Sentence(
        target: sentence.target,
        words: sentence.words + (sentence.target == nil ? [.word("student")] : []) + [
          .word("from"), .word(model.name),
        ])
    }
    if case .newName = first.kind { return starts + examples }
    let models = names.models.reversed().prefix(6).map { model in
      Sentence(target: sentence.target, words: sentence.words + [.word(model.name)])
    }
    let layers = names.models.reversed().prefix(2).flatMap { model in
      ["conv1", "features.0"].map { Sentence(words: sentence.words + [.word(model.name + "." + $0)]) }
    }
    return models + layers + examples
  }

  /// `model tiny = conv(16, 3), relu, fc(10)`: layers are joined with `>`.
  func layersWithCommas(_ sentence: Sentence) -> [Sentence] {
    guard sentence.verb == "model" else { return [] }
    var words = sentence.words
    var isChanged = false
    for index in words.indices where words[index].kind == .comma && sentence.isOutside(index) {
      words[index] = Sentence.Piece(kind: .greater, text: ">")
      isChanged = true
    }
    return isChanged ? [Sentence(target: sentence.target, words: words)] : []
  }
}
