package import GraphIR

/// Which of a file's tensors become which parameters of a network.
package struct WeightMatch: Sendable {
  /// A parameter of the network that the file has in another shape.
  package struct Misfit: Hashable, Sendable {
    package var name: String
    package var wanted: [Int]
    package var found: [Int]
  }

  private enum Way: Sendable {
    /// The numbers as they are.
    case copied
    case folded(PlaneFold, rows: Int)
  }

  private struct Pair: Sendable {
    var parameter: String
    var tensor: String
    var shape: [Int]
    var way: Way
  }

  private let graph: Graph
  private var pairs: [Pair] = []
  /// Parameters that the file lacks.
  package private(set) var missing: [String] = []
  package private(set) var misfits: [Misfit] = []
  /// Tensors of the file that the network has no place for, by the file's names.
  package private(set) var extra: [String] = []
  /// The last dense layer, where the file has it for another number of classes.
  package private(set) var replacedHead: (layer: String, classes: Int)?
  /// The dense layer that took in an average over its plane; nil where none did.
  package private(set) var folded: String?
  /// Parameters of the network below its last dense layer, and how many of them matched.
  package private(set) var body = (count: 0, matched: 0)

  package init(_ file: TensorFile, for graph: Graph) {
    self.graph = graph
    let names = TensorNames(of: file.tensors.keys, architecture: graph.architecture).names
    let head = graph.headLayer
    var used: Set<String> = []
    for (layer, name, wanted) in graph.parameterShapes {
      let isBody = layer != head
      if isBody { body.count += 1 }
      guard let tensor = names[name], let stored = file.tensors[tensor] else {
        missing.append(name)
        continue
      }
      used.insert(tensor)
      if let way = way(stored.shape, wanted, layer: layer) {
        pairs.append(Pair(parameter: name, tensor: tensor, shape: wanted, way: way))
        if isBody { body.matched += 1 }
        if case .folded = way { folded = layer }
      } else if !isBody, stored.shape.dropFirst() == wanted.dropFirst(), let classes = stored.shape.first {
        replacedHead = (layer, classes)
      } else {
        misfits.append(Misfit(name: name, wanted: wanted, found: stored.shape))
      }
    }
    // How many batches a batch norm has seen is of use to training alone.
    extra = file.tensors.keys.filter { !used.contains($0) && !$0.hasSuffix(".num_batches_tracked") }.sorted()
  }

  /// Channels of the images that the file's first convolution takes; nil where it has none by the network's name.
  package static func inputChannels(_ file: TensorFile, of graph: Graph) -> Int? {
    let first = graph.nodes.lazy.compactMap { node -> (name: String, groups: Int)? in
      guard case .convolution(let convolution) = node.operation else { return nil }
      return (node.name, convolution.groups)
    }.first
    guard let first, first.groups == 1 else { return nil }
    let names = TensorNames(of: file.tensors.keys, architecture: graph.architecture).names
    let shape = names[first.name + ".weight"].flatMap { file.tensors[$0]?.shape }
    return shape.flatMap { $0.count == 4 ? $0[1] : nil }
  }

  /// False where so much is missing or of another size that the file is one of another network: more than a tenth of
  /// the parameters below the last layer, and more than two.
  package var isOfThisNetwork: Bool { body.count - body.matched <= max(2, body.count / 10) }

  /// Parameters that are in the file.
  package var matchedCount: Int { pairs.count }
  /// Parameters that are drawn afresh.
  package var newCount: Int { graph.parameterShapes.count - pairs.count }

  private func way(_ found: [Int], _ wanted: [Int], layer: String) -> Way? {
    if found == wanted { return .copied }
    guard wanted.count == 2, found.count >= 2, found[0] == wanted[0] else { return nil }
    // timm has dense layers as convolutions over a whole plane, with the same numbers in the same order.
    let columns = found.dropFirst().reduce(1, *)
    if columns == wanted[1] { return .copied }
    guard ["vgg11", "vgg11_bn"].contains(graph.architecture), let plane = graph.plane(before: layer),
      let fold = PlaneFold(
        channels: plane.channels, height: plane.height, width: plane.width, columns: columns)
    else { return nil }
    return .folded(fold, rows: wanted[0])
  }

  /// The network's parameters: the file's, and for the rest fresh ones.
  ///
  /// Nil where `goesOn`, which is asked before each tensor with how many are done, says no.
  package func parameters(
    from file: TensorFile, seed: UInt64, goesOn: (Int) -> Bool
  ) throws(TensorFileError) -> ParameterSet? {
    var parameters = ParameterSet()
    for (index, pair) in pairs.enumerated() {
      guard goesOn(index) else { return nil }
      guard let stored = file.tensors[pair.tensor] else { continue }
      var values = try file.values(of: stored)
      if case .folded(let fold, let rows) = pair.way { values = fold.fold(values, rows: rows) }
      parameters[pair.parameter] = Tensor(values, shape: pair.shape)
    }
    let layers = graph.parameterShapes.filter { parameters[$0.name] == nil }.map(\.layer)
    let fresh = initialParameters(for: graph, seed: seed, layers: Set(layers))
    for (name, tensor) in fresh.tensors where parameters[name] == nil { parameters[name] = tensor }
    return parameters
  }
}

extension Graph {
  /// What a float network's parameters are called, and their shapes, in execution order.
  var parameterShapes: [(layer: String, name: String, shape: [Int])] {
    nodes.flatMap { node -> [(layer: String, name: String, shape: [Int])] in
      func named(_ suffix: String, _ shape: [Int]) -> (layer: String, name: String, shape: [Int]) {
        (node.name, node.name + "." + suffix, shape)
      }
      switch node.operation {
      case .convolution(let convolution):
        return [named("weight", convolution.weightShape)]
          + (convolution.hasBias ? [named("bias", [convolution.outputs])] : [])
      case .dense(let dense):
        return [named("weight", dense.weightShape)] + (dense.hasBias ? [named("bias", [dense.outputs])] : [])
      case .batchNorm(let norm):
        return ["weight", "bias", "running_mean", "running_var"].map { named($0, [norm.channels]) }
      case .input, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .integer: return []
      }
    }
  }

  /// The plane that a dense layer reads flattened; nil where it reads a vector.
  fileprivate func plane(before layer: String) -> Shape? {
    guard let node = nodes.first(where: { $0.name == layer }), let flat = node.inputs.first,
      case .flatten = nodes[flat].operation, let source = nodes[flat].inputs.first
    else { return nil }
    return nodes[source].shape
  }
}
