import Datasets
import Execution
import GraphIR
import Quantization
import Training

/// A trial of a network on two blank images, so that what the engine can't do is known before hours of training.
///
/// Architectures of the program need none: they go all the way.
struct Rehearsal {
  enum Stage { case training, quantization }

  /// What went wrong: the node where that is known, and why, as a clause.
  struct Failure: Error {
    var stage: Stage
    var node: String?
    var reason: String
  }

  var graph: Graph
  var data: ChosenData
  var precision: TrainingPrecision

  private var isNeeded: Bool { Architecture.named(graph.architecture) == nil }

  /// Trains a step, and evaluates.
  func train() throws(Failure) {
    guard isNeeded else { return }
    try requireDenseEnd(.training)
    do {
      _ = try trained(recipe())
    } catch {
      throw Failure(.training, error)
    }
  }

  /// Trains a step with fake quantization, converts, and evaluates both.
  func quantize(_ quantization: QuantizationRecipe) throws(Failure) {
    guard isNeeded else { return }
    try requireDenseEnd(.quantization)
    do {
      var single = quantization
      // One step has no rungs, and two blank images no ranges to find.
      (single.ladder, single.calibration) = (nil, nil)
      let model = try trained(recipe(single))
      _ = try evaluate(convert(model), on: blank.test, of: blank, cancellation: Cancellation())
    } catch {
      throw Failure(.quantization, error)
    }
  }

  /// The logits are read as plain rows, as dense layers alone leave them.
  private func requireDenseEnd(_ stage: Stage) throws(Failure) {
    guard graph.endsInDenseLayer else {
      throw Failure(
        stage: stage, node: graph.nodes.last?.name,
        reason: "a network has to end with fc, which gives its logits")
    }
  }

  private func recipe(_ quantization: QuantizationRecipe? = nil) -> TrainingRecipe {
    TrainingRecipe(
      epochs: 1, batchSize: 2, learningRate: 1e-6, optimizer: .sgd, precision: precision,
      quantization: quantization)
  }

  private func trained(_ recipe: TrainingRecipe) throws -> Model {
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 0))
    return try Training.train(model, on: blank, recipe: recipe, cancellation: Cancellation()) { _ in }.model
  }

  private var blank: Dataset {
    let images = ImageSet(
      channels: graph.inputShape.channels, height: graph.inputShape.height, width: graph.inputShape.width,
      pixels: Array(repeating: 0, count: 2 * graph.inputShape.count), labels: [0, 0])
    return Dataset(
      description: "blank", classNames: data.dataset.classNames, training: images, test: images,
      mean: data.dataset.mean, deviation: data.dataset.deviation)
  }
}

extension Graph {
  /// True where the logits are computed by a dense layer, with or without an activation.
  fileprivate var endsInDenseLayer: Bool {
    guard let last = layerGroups.last, case .dense = nodes[last.head].operation else { return false }
    return true
  }
}

extension Rehearsal.Failure {
  fileprivate init(_ stage: Rehearsal.Stage, _ error: any Error) {
    let cause = EngineCause(error)
    self.init(stage: stage, node: cause.node, reason: cause.reason)
  }
}
