import GraphIR
import Language

extension Keyword {
  static let exploredImages = Keyword(
    "images", .count(1...1_000_000), otherwise: "1000", example: "500",
    "test images on which accuracy is measured in each width")
}

/// What stands first in `explore kd teacher`.
private let distillationWord = Choice(
  "kd", "kd NAME: what temperature, alpha and beta make of a teacher's answers")

extension Command {
  static let explore = Command(
    "explore", "write a page to play with: a layer's grid in your hands, or a teacher's temperature",
    operands: [
      Operand("a layer of a model, or kd", .topic([distillationWord], besides: .layers)),
      Operand("a file, or the models after kd", .either([.text, .model(nil)]), .many),
    ],
    keywords: [.exploredImages, .observer],
    examples: [
      "explore teacher.conv1", "explore teacher.conv1 \"conv1.html\" images 500", "explore kd teacher",
      "explore kd teacher student \"kd.html\"",
    ],
    reasons:
      "The page is one HTML file that holds the layer's values and loads nothing: it opens in any browser, and stands "
      + "in a notebook's output. Of a quantized model the float model is taken that it was made from.",
    footprint: { arguments, known in
      let words = arguments.words().map(\.text)
      if words.first == distillationWord.name, known.model(named: distillationWord.name) == nil {
        return Footprint(uses: Set(words.dropFirst().map(SessionName.model)).union([.data]))
      }
      let owner = words.first.flatMap { known.owner(of: $0)?.name }
      let models =
        owner.map { floatModelUses($0, known) } ?? known.subjectUses(words.first, newest: [.float])
      return Footprint(uses: models.union([.data, .seed]))
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    if word.text == distillationWord.name, workspace.model(named: word.text) == nil {
      return try exploreTeacher(arguments, workspace)
    }
    return try exploreLayer(arguments, word, workspace)
  }
}
