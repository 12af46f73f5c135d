import Datasets
import GraphIR
import Language

/// What a training run begins with.
enum TrainingStart {
  /// Fresh parameters.
  case fresh(Graph)
  /// The weights of a float model.
  case weights(of: ModelEntry)

  var graph: Graph {
    switch self {
    case .fresh(let graph): graph
    case .weights(let entry): entry.graph
    }
  }
}

extension Workspace {
  /// What `train WORD` begins with.
  ///
  /// Without a name before `=`, a model comes before a network of the same name, so that `train tiny` twice
  /// goes on; with one, the network comes first, so that `tiny = train tiny` begins afresh.
  func trainingStart(_ word: Word, target: Word?, data: ChosenData) throws -> TrainingStart {
    let network = try network(word, data: data)
    if let network, network.classes != data.classes, target != nil || model(named: word.text) == nil {
      throw ModelError.outputsDiffer(
        definitions[word.text]?.places.last ?? word.range, network: word.text, outputs: network.classes,
        classes: data.classes, dataName: data.choice.request.title)
    }
    if target != nil, let network { return .fresh(network) }
    if let entry = model(named: word.text) {
      if let network, entry.kind != .float || entry.graph.withoutNormalization != network {
        return .fresh(network)
      }
      try require(entry, word, kinds: [.float])
      try requireFit(entry, word, data)
      return .weights(of: entry)
    }
    guard let network else {
      throw ModelError.unknownNetwork(
        word, definitions: definitions.keys.sorted(),
        models: models.filter { $0.kind == .float }.map(\.name))
    }
    return .fresh(network)
  }

  /// The defined network or the architecture that a word names, for images of a shape, or as the data has them.
  func network(_ word: Word, data: ChosenData, images: Shape? = nil) throws -> Graph? {
    let input = images ?? data.shape
    if let definition = definitions[word.text] {
      let graph = try definition.graph(named: word, input: input)
      return graph
    }
    guard let architecture = Architecture.named(word.text) else { return nil }
    do {
      return try architecture.build(input, data.classes)
    } catch {
      throw ModelError.layerDoesNotFit(
        word.range, network: word.text, layer: error.node, reason: error.reason, input: input)
    }
  }

  /// Throws where a model does not fit the data; the error points at the word that names the model.
  func requireFit(_ entry: ModelEntry, _ word: Word, _ data: ChosenData) throws(ModelError) {
    guard entry.graph.inputShape.takes(data.shape) else {
      throw .inputDiffers(
        word, model: entry.graph.inputShape, data: data.shape, dataName: data.choice.text,
        trainedOn: entry.details[.data])
    }
    guard entry.graph.classes == data.classes else {
      throw .classesDiffer(
        word, model: entry.graph.classes, data: data.classes, dataName: data.choice.text,
        trainedOn: entry.details[.data])
    }
  }
}
