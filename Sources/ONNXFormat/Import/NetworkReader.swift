import GraphIR

/// A layer that was read, and the values that feed it.
struct ImportedLayer {
  var name: String
  var operation: Operation
  /// Places in the reader's layers; 0 is the input.
  var inputs: [Int]
  var shape: Shape
  /// True for [batch, channels, height, width], false for rows of features.
  var isImage: Bool
  /// By the end of their name: `weight`, `running_mean`.
  var parameters: [String: Tensor] = [:]
}

/// Layers as they come out of a file, node after node.
struct NetworkReader {
  var constants: [String: ImportedConstant] = [:]
  private(set) var layers: [ImportedLayer]
  /// Images of a batch, where the file is for so many alone.
  let batch: Int64?
  /// The layer that computes a value; several values can be one layer's, where nodes do nothing.
  private var values: [String: Int]
  private var names = UsedNames(["input"])

  init(_ input: (name: String, shape: Shape, batch: Int64?)) {
    layers = [
      ImportedLayer(name: "input", operation: .input, inputs: [], shape: input.shape, isImage: true)
    ]
    batch = input.batch
    values = [input.name: 0]
  }

  mutating func read(_ node: ONNXNode, opset: Int) throws(ImportError) {
    let view = NodeView(node, opset: opset)
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw view.refusal("is of the domain \(node.domain)")
    }
    if node.operation == "Constant" {
      constants[try view.output] = try view.constant()
      return
    }
    if node.operation == "Identity", let constant = constants[try view.input(0)] {
      constants[try view.output] = constant
      return
    }
    try readLayer(view)
  }

  /// Makes an output name stand for a layer.
  mutating func define(_ view: NodeView, as layer: Int) throws(ImportError) {
    values[try view.output] = layer
  }

  /// The layer that feeds a node at a place.
  func source(_ view: NodeView, _ place: Int = 0) throws(ImportError) -> Int {
    let name = try view.input(place)
    guard let layer = values[name] else {
      throw view.refusal(
        constants[name] == nil
          ? "reads \(name), which nothing before it computes" : "computes with constants alone")
    }
    return layer
  }

  /// The layer that computes what a node gives.
  func source(ofOutput view: NodeView) throws(ImportError) -> Int {
    guard let layer = values[try view.output] else { throw view.refusal("gives nothing") }
    return layer
  }

  /// The constant at a place; nil where that is left out.
  func constant(_ view: NodeView, _ place: Int) throws(ImportError) -> ImportedConstant? {
    guard let name = view.optionalInput(place) else { return nil }
    guard let constant = constants[name] else { throw view.refusal("reads \(name), which is no constant") }
    return constant
  }

  /// Appends a layer with a name of its own; its shape follows from its inputs.
  mutating func append(
    _ view: NodeView, _ operation: Operation, _ inputs: [Int], parameters: [String: Tensor] = [:]
  ) throws(ImportError) {
    guard operation.traits.isPossible else { throw view.refusal("has impossible sizes") }
    let shape: Shape
    do throws(ShapeError) {
      shape = try operation.outputShape(inputs.map { layers[$0].shape }, node: view.name)
    } catch {
      throw view.refusal("does not fit: \(error.reason)")
    }
    guard shape.isPossible else { throw view.refusal("computes \(shape), which is impossible") }
    let isImage =
      switch operation {
      case .flatten, .dense: false
      case .convolution, .pool: true
      case .input, .batchNorm, .activation, .add, .dropout, .fakeQuantize, .integer:
        inputs.allSatisfy { layers[$0].isImage }
      }
    let name = names.unused(layerName(view, stem: Self.stem(operation)))
    layers.append(
      ImportedLayer(
        name: name, operation: operation, inputs: inputs, shape: shape, isImage: isImage,
        parameters: parameters))
    try define(view, as: layers.count - 1)
  }

  /// Gives a layer without bias one, where nothing else reads what it has computed so far.
  mutating func addBias(_ bias: [Float], to layer: Int, _ view: NodeView) throws(ImportError) -> Bool {
    guard !layers.contains(where: { $0.inputs.contains(layer) }) else { return false }
    switch layers[layer].operation {
    case .dense(var dense) where !dense.hasBias && dense.outputs == bias.count:
      dense.hasBias = true
      layers[layer].operation = .dense(dense)
    case .convolution(var convolution) where !convolution.hasBias && convolution.outputs == bias.count:
      convolution.hasBias = true
      layers[layer].operation = .convolution(convolution)
    default: return false
    }
    layers[layer].parameters["bias"] = Tensor(bias)
    try define(view, as: layer)
    return true
  }
}

// Names.
extension NetworkReader {
  /// "layer1.0.conv1" of the weight `layer1.0.conv1.weight`, or of the path `/layer1/layer1.0/conv1/Conv`; else
  /// the node's name, or the stem.
  private func layerName(_ view: NodeView, stem: String) -> String {
    if let weight = view.optionalInput(1), constants[weight] != nil, weight.hasSuffix(".weight") {
      return cleaned(weight.dropLast(".weight".count), stem)
    }
    let parts = view.name.split(separator: "/")
    // A path ends in the operator's name.
    guard parts.count > 1 else { return cleaned(view.name[...], stem) }
    var path: [Substring] = []
    for part in parts.dropLast() {
      // A block is named with those that it lies in: "layer1", then "layer1.0".
      if let last = path.last, part.hasPrefix(last + ".") { path.removeLast() }
      path.append(part)
    }
    return cleaned(path.joined(separator: ".")[...], stem)
  }

  /// "add", "conv".
  private static func stem(_ operation: Operation) -> String {
    operation.traits.shortName.filter(\.isLetter)
  }

  /// Gives layers another name whose own begins the names of layers with parameters, as the sum of a block `layer1.0`
  /// does: everywhere else a parameter that begins with a layer's name is its own.
  private mutating func separateNames() {
    var beginnings: Set<Substring> = []
    for layer in layers where !layer.parameters.isEmpty {
      for dot in layer.name.indices where layer.name[dot] == "." { beginnings.insert(layer.name[..<dot]) }
    }
    for id in layers.indices.dropFirst() where beginnings.contains(layers[id].name[...]) {
      var name = layers[id].name
      repeat {
        name = names.unused(name + "." + Self.stem(layers[id].operation))
      } while beginnings.contains(name[...])
      layers[id].name = name
    }
  }

  /// Letters, digits, dots, hyphens and underscores; the stem where none is left.
  private func cleaned(_ name: Substring, _ stem: String) -> String {
    let kept = name.prefix(200).map { character in
      character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
        ? character : "_"
    }
    return kept.contains { $0.isLetter || $0.isNumber } ? String(kept) : stem
  }
}

// The end.
extension NetworkReader {
  /// The layers that a value follows from, as a network with its parameters.
  mutating func network(
    endingIn output: String, architecture: String
  ) throws(ImportError) -> (Graph, ParameterSet) {
    guard let last = values[output] else { throw .ends("its output \(output) is computed by no node") }
    var needed: Set<Int> = [last]
    for id in layers.indices.reversed() where needed.contains(id) { needed.formUnion(layers[id].inputs) }
    guard needed.contains(0) else { throw .ends("its output does not follow from its input") }
    separateNames()
    var graph = Graph(architecture: architecture, input: layers[0].shape)
    var parameters = ParameterSet()
    var ids = [0: 0]
    for id in layers.indices.dropFirst() where needed.contains(id) {
      let layer = layers[id]
      do throws(ShapeError) {
        ids[id] = try graph.append(layer.name, layer.operation, inputs: layer.inputs.compactMap { ids[$0] })
      } catch {
        throw .node(name: layer.name, operation: layer.operation.traits.shortName, reason: error.reason)
      }
      for (end, tensor) in layer.parameters { parameters["\(layer.name).\(end)"] = tensor }
    }
    guard graph.outputShape.spatial == 1, graph.nodes.count > 1 else {
      throw .ends("its output of \(graph.outputShape) is no row of logits")
    }
    return (graph, parameters)
  }
}
