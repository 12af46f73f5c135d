import Datasets
import Execution
import GraphIR
import Quantization
import Training

/// One random network all the way: trained for a few steps, quantized, converted, and compared.
struct RandomNetworkTrial {
  /// What the program says of a network that it does not quantize.
  struct Refusal: Error {
    var node: String?
    var reason: String
  }

  let network: RandomNetwork
  let comparison: IntegerComparison
  /// Test images on which both models choose the same class, of all.
  let same: Int
  let images: Int
  /// Images of another class in which no code is a tie.
  let unexplained: Int

  var agrees: Bool { Double(same) >= 0.995 * Double(images) || unexplained == 0 }

  /// Throws `Refusal` where the program refuses the network.
  init(_ network: RandomNetwork) throws {
    self.network = network
    let data = try loadDataset(
      DatasetRequest(name: "shapes", limit: 64, testLimit: 200, size: network.size, seed: network.seed))
    let (fake, integer) = try Self.quantized(network, data)
    comparison = try IntegerComparison(fake: fake, integer: integer, data: data, images: [0, 1, 2, 3])
    let classes = try [fake, integer].map {
      try evaluate($0, on: data.test, of: data, cancellation: Cancellation())?.predictions ?? []
    }
    images = data.test.count
    let others = classes[0].indices.filter { classes[0][$0] != classes[1][$0] }
    same = images - others.count
    unexplained = try others.prefix(20).count { image in
      let own = try IntegerComparison(fake: fake, integer: integer, data: data, images: [image])
      return !own.faults.isEmpty || own.ties + own.closeLogits == 0
    }
  }

  static func quantized(_ network: RandomNetwork, _ data: Dataset) throws -> (Model, Model) {
    let shape = Shape(
      channels: data.training.channels, height: data.training.height, width: data.training.width)
    do {
      let graph = try Graph(sequential: network.layers, architecture: "random", input: shape)
      let fresh = Model(
        kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: network.seed))
      let recipe = TrainingRecipe(epochs: 2, batchSize: 16, learningRate: 3e-3, seed: network.seed)
      let trained = try train(fresh, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }.model
      let fake =
        try network.calibrates ? calibrated(trained, network, data) : tuned(trained, network, data, recipe)
      return (fake, try convert(fake))
    } catch let error as SequentialError {
      throw Refusal(node: network.layers[error.layer].words, reason: error.reason)
    } catch RewriteError.noIntegerKernel(let node, let reason) {
      throw Refusal(node: node, reason: reason)
    } catch PlanError.unsupported(let node, let reason) {
      throw Refusal(node: node, reason: reason)
    }
  }

  private static func calibrated(_ model: Model, _ network: RandomNetwork, _ data: Dataset) throws -> Model {
    let recipe = PostTrainingRecipe(
      policy: network.policy, batches: 4, batchSize: 16, equalizes: network.equalizes)
    let result = try quantizeAfterTraining(model, on: data, recipe: recipe, cancellation: Cancellation()) {
      _ in
    }
    guard let result else { throw Refusal(node: nil, reason: "it was cancelled") }
    return result
  }

  private static func tuned(
    _ model: Model, _ network: RandomNetwork, _ data: Dataset, _ recipe: TrainingRecipe
  ) throws -> Model {
    var recipe = recipe
    recipe.epochs = 1
    recipe.quantization = QuantizationRecipe(policy: network.policy)
    return try train(model, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }.model
  }
}
