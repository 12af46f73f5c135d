import Distillation
import GraphIR
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

// Teachers and losses.
extension Moves {
  private var lossNames: [String] { LossEntry.catalogue.map(\.name) }

  /// True for a loss, also by another name.
  func isLoss(_ word: String) -> Bool { Synonyms.name(for: word, among: lossNames) != nil }

  private func kd(_ parts: [String]) -> [Sentence.Piece] {
    Sentence("kd(" + parts.joined(separator: ", ") + ")")?.words ?? []
  }

  private func floatModel(_ word: String) -> Bool { names.model(named: word)?.kind == .float }

  /// `with teacher`, `with DKD(teacher)`, `with teacher DKD`, `teacher t loss DKD`.
  func withTeacher(_ sentence: Sentence) -> [Sentence] {
    guard let command = sentence.command, command.keyword(named: "with") != nil else { return [] }
    var found: [Sentence] = []
    for index in sentence.words.indices.dropFirst() where sentence.isOutside(index) {
      let word = sentence.words[index]
      guard word.kind == .word else { continue }
      let isWith = Synonyms.name(for: word.text, among: ["with"]) != nil && !names.knows(word.text)
      let start = isWith ? index + 1 : index
      guard let (parts, end) = teaching(sentence, at: start), isWith || index > 1 || sentence.target != nil
      else { continue }
      var words = sentence.words
      words.replaceSubrange(index..<end, with: [.word("with")] + kd(parts))
      found.append(Sentence(target: sentence.target, words: words))
      if command.name == "qat", !isWith, parts.count == 1 {
        words = sentence.words
        words.replaceSubrange(index..<end, with: [.word("from")] + [.word(parts[0])])
        found.insert(Sentence(target: sentence.target, words: words), at: 0)
      }
    }
    return found
  }

  /// A teacher with its loss and share from an index on, in either order, and where they end.
  private func teaching(_ sentence: Sentence, at start: Int) -> (parts: [String], end: Int)? {
    var teacher: String?
    var loss: String?
    var weight: String?
    var index = start
    loop: while index < sentence.words.count {
      let word = sentence.words[index]
      switch word.kind {
      case .word where floatModel(word.text) && teacher == nil: teacher = word.text
      case .word
      where word.text == "kd" || word.text == "using" || word.text == "loss" || word.text == "weight":
        break
      case .word:
        guard loss == nil, let name = Synonyms.name(for: word.text, among: lossNames) else { break loop }
        loss = name
      case .number where teacher != nil && weight == nil, .percentage where teacher != nil && weight == nil:
        weight = word.text
      case .leftParenthesis, .rightParenthesis, .comma: break
      default: break loop
      }
      index += 1
    }
    guard let teacher else { return nil }
    return ([teacher] + [loss, weight].compactMap { $0 }, index)
  }

  /// `kd(teacher)` without `with` before it, and `kd(DKD, teacher)`.
  func bareKD(_ sentence: Sentence) -> [Sentence] {
    guard sentence.command?.keyword(named: "with") != nil,
      let index = sentence.words.indices.dropFirst().first(where: {
        sentence.words[$0].text.lowercased() == "kd" && sentence.isOutside($0)
      }), sentence.words[index - 1].text != "with"
    else { return [] }
    var words = sentence.words
    words[index].text = "kd"
    words.insert(.word("with"), at: index)
    return [Sentence(target: sentence.target, words: words)]
  }
}

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
