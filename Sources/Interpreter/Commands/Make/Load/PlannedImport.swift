import Datasets
import GraphIR
import Language
import ONNXFormat
import Quantization
import SessionStore
import TensorFiles
import Text

/// A network in ONNX, weights and all, that is known to fit the data in use.
struct PlannedImport {
  private var result: ModelEntry
  private var parameters: ParameterSet
  private var head: (layer: String, classes: Int)?
  private let network: ImportedNetwork
  private let path: String
  private let data: ChosenData
  private let seed: UInt64
  private let replaced: String

  init(_ path: String, _ arguments: Arguments, _ workspace: Workspace) throws {
    let place = arguments.operands[0].range
    guard let name = arguments.target else { throw LoadError.nameless(place, path: path) }
    try requireModelName(name)
    guard arguments.operands.count == 1, path.lowercased().hasSuffix(".onnx") else {
      throw LoadError.noNetwork(place, path: path)
    }
    data = try workspace.data(for: arguments.verb.range)
    workspace.reads.note(.file(path))
    network = try Self.read(path, place, data)
    var graph = network.graph
    guard graph.inputShape.takes(data.shape) else {
      throw LoadError.imagesDiffer(
        place, path: path, network: graph.inputShape, data: data.shape, dataName: data.choice.request.name)
    }
    graph.normalization = try Normalization.chosen(
      arguments, stored: network.metadata[Normalization.metadataKey], graph: graph)
    seed = workspace.seed(arguments, .headSeed)
    parameters = network.parameters
    if graph.classes != data.classes {
      guard let layer = graph.outputDense else {
        throw ModelError.outputsDiffer(
          place, network: FilePath(path).name, outputs: graph.classes, classes: data.classes,
          dataName: data.choice.request.name)
      }
      head = (layer, graph.classes)
      graph = try graph.ending(layer, in: data.classes)
      for (name, tensor) in initialParameters(for: graph, seed: seed, layers: [layer]).tensors {
        parameters[name] = tensor
      }
    }
    result = ModelEntry(
      name: name.text, kind: .float, graph: graph, details: [.settings: "\(arguments.verb.text) \"\(path)\""])
    self.path = path
    replaced = replacement(name.text, workspace)
  }

  private static func read(_ path: String, _ place: SourceRange, _ data: ChosenData) throws -> ImportedNetwork
  {
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try WholeFile(FilePath(path).expanded).read(limit: Int(Int32.max))
    } catch {
      throw SessionError.store(error, place)
    }
    do throws(ImportError) {
      return try importedNetwork(from: consume bytes, input: data.shape, named: FilePath(path).stem)
    } catch {
      throw LoadError.notImported(place, path: path, error)
    }
  }

  var plan: Plan { Plan(changes: [data.use], makes: result) { try run(&$0, $1) } }

  private func run(_ workspace: inout Workspace, _ console: Console) throws -> PlanEnding {
    workspace.library.inputFiles.add(FilePath(path).expanded)
    if let note = data.note { console.note(note) }
    let producer = network.producer.isEmpty ? "" : ", written by \(network.producer)"
    console.note(
      "\(result.name): the network of \(FilePath(path).name), opset \(network.opset)\(producer)" + replaced)
    let entry = try workspace.save(Workspace.NewModel(entry: result, parameters: parameters))
    let new = head == nil ? 0 : parameters.tensors.keys.count { $0.hasPrefix((head?.layer ?? "") + ".") }
    let matched = parameters.tensors.count - new
    var words = counted(matched, "tensor")
    if let head {
      words +=
        "; \(head.layer) \(grouped(head.classes)) → \(grouped(entry.graph.classes)) classes is new (seed \(seed))"
    }
    console.metric(entry.name, "matched_tensors", Double(matched), text: words)
    console.metric(entry.name, "new_tensors", Double(new))
    if let normalization = entry.graph.normalization { console.note(normalization.words) }
    if let note = greyNote(entry, data) { console.note(note) }
    if head != nil {
      console.note("its new weights know nothing yet: train \(entry.name) lr 1e-4 head-lr 1e-3")
    }
    if let bytes = entry.byteCount { console.metric(entry.name, "size_bytes", Double(bytes)) }
    return .done
  }
}

/// How grey images reach a network of several channels; nil where they need not.
func greyNote(_ entry: ModelEntry, _ data: ChosenData) -> String? {
  guard entry.graph.inputShape != data.shape else { return nil }
  return "\(data.choice.request.name) is grey: it reaches \(entry.name) as three equal channels"
    + (entry.graph.normalization == nil ? "" : ", each standardised with its own mean and deviation")
}

extension Graph {
  /// The dense layer whose outputs are the logits; nil where something else comes last.
  fileprivate var outputDense: String? {
    if case .dense = nodes[output].operation { nodes[output].name } else { nil }
  }

  /// The same layers, the last one with as many outputs as there are classes.
  fileprivate func ending(_ layer: String, in classes: Int) throws(RewriteError) -> Graph {
    try rewritten { node throws(RewriteError) in
      guard node.name == layer, case .dense(var dense) = node.operation else { return node.operation }
      dense.outputs = classes
      return .dense(dense)
    }
  }
}
