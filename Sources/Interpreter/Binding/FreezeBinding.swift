import Execution
import GraphIR
import Language
import Quantization
import Text
import Training

extension Keyword {
  static let freeze = Keyword(
    "freeze", .layers(.named), otherwise: "no layer", example: "(conv1, layer1.*)",
    "layers whose weights and batch-norm statistics stay as they are, * for any text")
  static let headRate = Keyword(
    "head-lr", .real(.above(0)), otherwise: "lr", example: "1e-3",
    "learning rate of the last layer, where it is another than that of the layers below")
}

extension TrainingRecipe {
  /// Takes which layers stay as they are, and the last one's rate, where they are written.
  ///
  /// Throws where no layer of the network has such a name, or where nothing is left to train.
  mutating func freeze(_ arguments: Arguments, _ graph: Graph) throws {
    let words = try frozenWords(arguments)
    let known = graph.freezableLayers
    for word in words where !known.contains(where: LayerRule(word.text, .float(.float32)).fits) {
      throw PolicyError.unknownLayer(word, known: known, network: graph.architecture)
    }
    frozen = words.isEmpty ? nil : words.map(\.text)
    headLearningRate = arguments.real(.headRate)
    let still = tempos(of: graph).frozen
    if let range = arguments.range(of: .freeze), still.count == known.count {
      throw StatementError.nothingToTrain(range, network: graph.architecture)
    }
    if let range = arguments.range(of: .headRate), let head = graph.headLayer, still.contains(head) {
      throw StatementError.frozenHead(range, layer: head)
    }
  }

  /// What is said of layers that stay as they are.
  func freezeNotes(_ graph: Graph) -> [String] {
    let still = tempos(of: graph).frozen
    guard !still.isEmpty else { return [] }
    let all = graph.freezableLayers
    let lowest = all.first { !still.contains($0) }
    // Trained ranges of activations learn below trained weights too.
    let skips = lowest != all.first && quantization?.policy.scheme ?? .movingAverage == .movingAverage
    return [
      "\(counted(still.count, "layer")) of \(all.count) "
        + (still.count == 1 ? "stays as it is" : "stay as they are") + ", batch-norm statistics included"
        + (skips ? lowest.map { "; nothing is computed backward below \($0)" } ?? "" : "")
    ]
  }
}

/// `freeze layer1.*`, or `freeze(conv1, layer1.*)`.
private func frozenWords(_ arguments: Arguments) throws -> [Word] {
  if let word = arguments.word(.freeze) { return [word] }
  guard let call = arguments.arguments(.freeze) else { return [] }
  return try call.arguments.map { argument in
    guard argument.label == nil, let word = argument.value.word else {
      throw PolicyError.notAFrozenLayer(argument.value)
    }
    return word
  }
}
