import Foundation
import GraphIR
import Language
import Quantization
import Training

extension Workspace {
  /// Throws where a network can't be trained by the engine, or not in this machine's memory.
  ///
  /// Returns a warning where it can be trained and not be quantized afterwards.
  func checkTraining(
    _ graph: Graph, _ recipe: TrainingRecipe, at word: Word, _ arguments: Arguments, _ data: ChosenData
  ) throws -> Diagnostic? {
    try checkMemory(graph, recipe, at: word, arguments)
    guard !isTrial else { return nil }
    let rehearsal = Rehearsal(graph: graph, data: data, precision: recipe.precision)
    do {
      try rehearsal.train()
    } catch {
      throw ModelError.unsupported(place(of: error.node, in: graph) ?? word.range, graph.architecture, error)
    }
    do {
      try rehearsal.quantize(QuantizationRecipe())
      return nil
    } catch {
      var diagnostic = ModelError.unsupported(
        place(of: error.node, in: graph) ?? word.range, graph.architecture, error
      ).diagnostic
      diagnostic.severity = .warning
      return diagnostic
    }
  }

  /// Throws where a network can't be quantized by the engine, or not in this machine's memory.
  func checkQuantization(
    _ graph: Graph, _ recipe: TrainingRecipe, at word: Word, _ arguments: Arguments, _ data: ChosenData
  ) throws {
    try checkMemory(graph, recipe, at: word, arguments)
    guard !isTrial else { return }
    do {
      let rehearsal = Rehearsal(graph: graph, data: data, precision: recipe.precision)
      try rehearsal.quantize(recipe.quantization ?? QuantizationRecipe())
    } catch {
      throw ModelError.unsupported(place(of: error.node, in: graph) ?? word.range, graph.architecture, error)
    }
  }

  private func checkMemory(
    _ graph: Graph, _ recipe: TrainingRecipe, at word: Word, _ arguments: Arguments
  ) throws(ModelError) {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    let need = MemoryNeed(graph, recipe)
    let all = need.parameters + Double(recipe.batchSize) * need.image
    guard all > memory else { return }
    let batch = Int(clamping: (memory - need.parameters) / 2 / need.image)
    throw .tooLarge(
      batch > 0 ? arguments.range(of: .batch) ?? word.range : word.range, network: graph.architecture,
      bytes: all, memory: memory, batch: batch > 0 ? batch : nil)
  }

  /// Where this cell wrote the layer that became a node; nil for layers of another cell.
  private func place(of node: String?, in graph: Graph) -> SourceRange? {
    guard let node, let places = definitions[graph.architecture]?.places else { return nil }
    let layers = graph.nodes.filter { $0.operation != .input && !$0.name.hasSuffix(".flatten") }
    guard let layer = layers.firstIndex(where: { $0.name == node }), places.indices.contains(layer) else {
      return nil
    }
    return places[layer]
  }
}

/// The least memory that training takes, in bytes.
private struct MemoryNeed {
  /// Values, gradients and the optimizer's moments.
  var parameters: Double
  /// Outputs of the layers with weights, for one image of a batch.
  var image: Double

  init(_ graph: Graph, _ recipe: TrainingRecipe) {
    let copies =
      switch recipe.optimizer {
      case .adam, .adamW: 4
      case .sgd: 3
      }
    parameters = graph.nodes.reduce(0) { $0 + 4 * Double(copies) * Double($1.operation.parameterCount) }
    image = graph.nodes.reduce(4 * Double(graph.inputShape.count)) { sum, node in
      node.operation.parameterCount > 0 ? sum + 4 * Double(node.shape.count) : sum
    }
  }
}
