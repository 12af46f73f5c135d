import Datasets
import GraphIR
import Language
import SessionStore
import TensorFiles

/// Where a loaded model's normalization comes from.
enum NormalizationChoice: String, CaseIterable {
  case imagenet, data
}

extension Keyword {
  static let normalization = Keyword(
    "normalization",
    .choice([
      Choice(NormalizationChoice.imagenet.rawValue, "ImageNet's mean and deviation, stored with the model"),
      Choice(NormalizationChoice.data.rawValue, "mean and deviation of the data in use"),
    ]),
    otherwise: "imagenet for networks of torchvision and timm that take three channels, else data",
    example: "data", "what images are standardised with before they reach the model")
  static let headSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7",
    "seed of the weights that the file doesn't have")
}

extension Command {
  static let load = Command(
    "load", "make a model of weights in a file", target: .result("the model"),
    operands: [
      Operand("a network, or a file in ONNX", .either([.network, .text])),
      Operand("a file", .text, .optional),
    ],
    keywords: [.normalization, .headSeed],
    examples: [
      "teacher = load resnet18 \"resnet18.safetensors\"", "teacher = load mobilenetv2 \"mobilenet_v2.pth\"",
      "teacher = load vgg11_bn \"vgg11_bn.pth\" normalization data seed 7", "net = load \"model.onnx\"",
    ],
    reasons:
      "a file in ONNX is a network and its weights; beside the name of a network the file has safetensors or what torch.save writes of a state_dict, with names of torchvision, timm or a "
      + "session of this program; nothing in it is executed; a last layer for other classes than the data's is drawn "
      + "afresh, and whatever else differs is listed",
    footprint: { arguments, known in
      let word = arguments.word(at: 0)?.text ?? ""
      var uses = arguments.sessionSeed(unless: .headSeed)
      if let path = arguments.text(at: 0) ?? arguments.text(at: 1) { uses.insert(.file(path)) }
      if known.networks.contains(word) { uses.insert(.model(word)) }
      return .making(.float, (arguments.target ?? arguments.word(at: 0))?.text, from: nil, also: uses)
    }
  ) { arguments, workspace in
    if let path = arguments.text(at: 0) { return try PlannedImport(path, arguments, workspace).plan }
    return try PlannedLoad(arguments, workspace).plan
  }
}

/// Names that torchvision and timm have for the program's networks.
private let otherNames = ["mobilenet_v2": "mobilenetv2", "mobilenetv2_100": "mobilenetv2"]

extension PlannedLoad {
  /// Finds the network, opens the file and matches both; nothing of the weights is read yet.
  init(_ arguments: Arguments, _ workspace: Workspace) throws {
    var word = try arguments.requiredWord(at: 0)
    let name = arguments.target ?? word
    try requireModelName(name)
    guard let path = arguments.text(at: 1) else { throw LoadError.noFile(word) }
    let place = arguments.operands[1].range
    if let own = otherNames[word.text] { word.text = own }
    let data = try workspace.data(for: arguments.verb.range)
    workspace.reads.note(.file(path))
    let file: TensorFile
    do throws(TensorFileError) {
      file = try TensorFile(path: FilePath(path).expanded)
    } catch {
      throw LoadError.unreadable(place, path: path, error)
    }
    if let kind = file.metadata[WeightsFile.kindKey].flatMap(Model.Kind.init), !kind.isOfFloats {
      throw LoadError.quantized(place, path: path, kind: kind)
    }
    var graph = try workspace.network(word, file: file, data: data)
    let isOwn = file.metadata[WeightsFile.kindKey] != nil
    let isLibrarys = !isOwn && Architecture.named(graph.architecture)?.isOfTorchvision ?? false
    graph.normalization = try Normalization.chosen(
      arguments, stored: isOwn ? file.metadata[Normalization.metadataKey] : nil, graph: graph,
      otherwise: isLibrarys ? .imageNet : nil)
    let match = WeightMatch(file, for: graph)
    guard match.matchedCount > 0, match.isOfThisNetwork else {
      throw LoadError.otherNetwork(place, path: path, network: word.text, match)
    }
    result = ModelEntry(
      name: name.text, kind: .float, graph: graph,
      details: [.settings: "\(arguments.verb.text) \(word.text) \"\(path)\""])
    self.path = path
    pathRange = place
    self.file = file
    self.match = match
    self.data = data
    seed = workspace.seed(arguments, .headSeed)
    replaced = replacement(name.text, workspace)
  }
}

extension Normalization {
  /// What was written; else what the file says, or `otherwise`, where they have the network's channels; nil leaves it to
  /// the data.
  static func chosen(
    _ arguments: Arguments, stored: String?, graph: Graph, otherwise: Normalization? = nil
  ) throws(LoadError) -> Normalization? {
    let channels = graph.inputShape.channels
    if let word = arguments.word(.normalization) {
      guard word.text == NormalizationChoice.imagenet.rawValue else { return nil }
      guard channels == Normalization.imageNet.channels else {
        throw .wrongChannels(word, channels: channels)
      }
      return .imageNet
    }
    let own = stored.flatMap(Normalization.init(stored:)) ?? otherwise
    return own?.channels == channels ? own : nil
  }
}

extension Model.Kind {
  /// Whether its weights are floats under their own names.
  fileprivate var isOfFloats: Bool {
    switch self {
    case .float, .fakeQuantized: true
    case .integer, .dynamic: false
    }
  }
}

extension Workspace {
  /// The network that a word names, for the data's images, or for three channels where the file's first layer takes
  /// those and the images are grey.
  fileprivate func network(_ word: Word, file: TensorFile, data: ChosenData) throws -> Graph {
    guard let graph = try network(word, data: data) else {
      throw ModelError.unknownNetwork(word, definitions: definitions.keys.sorted(), models: [])
    }
    guard graph.classes == data.classes else {
      throw ModelError.outputsDiffer(
        definitions[word.text]?.places.last ?? word.range, network: word.text, outputs: graph.classes,
        classes: data.classes, dataName: data.choice.request.name)
    }
    guard data.shape.channels == 1,
      WeightMatch.inputChannels(file, of: graph) == Normalization.imageNet.channels
    else { return graph }
    var coloured = data.shape
    coloured.channels = Normalization.imageNet.channels
    return try network(word, data: data, images: coloured) ?? graph
  }
}
