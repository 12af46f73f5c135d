import Distillation
import GraphIR
import Language

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
