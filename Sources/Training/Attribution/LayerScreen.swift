import Datasets
import Execution
import GraphIR
import Quantization

/// Finds the layers that make most noise: each alone rounded, and all but it, on one batch of images.
///
/// What lies before the layer is the same in every trial, so a trial begins where its layer does: at the last place before
/// it that one tensor alone passes.
struct LayerScreen {
  private let trials: AttributionTrials
  /// Nothing rounded, and all rounded; batch norm folded, weights as they are computed with.
  private let float, rounded: Model
  /// How many images noise is measured on.
  let images: Int

  /// Layers whose accuracy is measured too: three, of deep networks two.
  private static func measured(of layers: Int) -> Int { isDeep(layers) ? 2 : 3 }

  init(_ trials: AttributionTrials) throws {
    self.trials = trials
    float = try trials.subject.quantized.withoutRounding()
    rounded = try foldBatchNorm(trials.subject.quantized)
    let isDeep = Self.isDeep(trials.subject.quantized.roundedLayers.count)
    images = min(trials.images, evaluationBatch(trials.data.test), isDeep ? 128 : .max)
  }

  /// Networks of more layers are looked at on fewer images, and only the layers that make most noise alone are spared.
  private static func isDeep(_ layers: Int) -> Bool { layers > 12 }

  /// Layers of a deep network that are spared.
  private static let mostSpared = 6

  /// Those that make most noise alone first, with the accuracy of the first few.
  func shares(_ found: Attribution) throws -> [LayerShare] {
    let layers = trials.subject.quantized.roundedLayers
    try trials.begin("layers")
    let (before, after) = (try run(float), try run(rounded))
    var shares: [LayerShare] = []
    for layer in layers {
      try trials.begin("layer " + layer)
      let alone = try logits(of: alone(layer), from: before, layer)
      shares.append(LayerShare(layer: layer, aloneNoise: signalToNoise(before.logits, alone)))
    }
    let order = shares.indices.sorted { one, other in
      let (first, second) = (shares[one].aloneNoise, shares[other].aloneNoise)
      return first == second ? one < other : first < second
    }
    shares = order.map { shares[$0] }
    for place in shares.indices.prefix(Self.isDeep(layers.count) ? Self.mostSpared : layers.count) {
      let layer = shares[place].layer
      try trials.begin("all but " + layer)
      let spared = try logits(of: spared(layer), from: after, layer)
      shares[place].sparedNoise = signalToNoise(before.logits, spared)
    }
    for place in shares.indices.prefix(Self.measured(of: layers.count)) { try measure(&shares[place], found) }
    return shares
  }

  private func measure(_ share: inout LayerShare, _ found: Attribution) throws {
    let layer = share.layer
    let alone = try trials.figures(of: alone(layer), layer + " alone", beside: [])
    share.alone = PairedDifference(found.unrounded.hits, alone.hits)
    let spared = try trials.figures(of: spared(layer), "all but " + layer, beside: [])
    share.spared = PairedDifference(spared.hits, found.quantized.hits)
  }

  /// The layer's weights and output rounded, nothing else.
  private func alone(_ layer: String) throws -> Model {
    var model = float
    model.graph = try rounded.graph.keepingQuantizers { $0 == observer(of: layer) }
    model.kind = .fakeQuantized
    model.parameters[layer + ".weight"] = rounded.parameters[layer + ".weight"]
    model.parameters.copyStates(from: rounded)
    return model
  }

  /// All rounded but the layer's weights and output.
  private func spared(_ layer: String) throws -> Model {
    var model = rounded
    model.graph = try rounded.graph.keepingQuantizers { $0 != observer(of: layer) }
    for name in [layer + ".weight", layer + ".bias"] { model.parameters[name] = float.parameters[name] }
    return model
  }

  private func observer(of layer: String) -> String? {
    rounded.ownRanges.first { $0.layer == layer }?.quantizer.observer
  }

  // MARK: from a layer on

  /// Logits of a form, and the tensors from which trials can begin, by the layer that leaves them.
  private struct Course {
    var logits: [Float]
    var tensors: [String: [Float]]
  }

  /// Bytes of tensors that are kept at the most; trials begin at the images where more would be needed.
  private static let mostBytes = 512 << 20

  private func run(_ model: Model) throws -> Course {
    let cuts = model.graph.cuts.filter { $0.output != model.graph.output }
    let bytes = cuts.reduce(0) { $0 + 4 * images * model.graph.nodes[$1.output].shape.count }
    let kept = bytes <= Self.mostBytes ? cuts : []
    let plan = try InferencePlan(model, batch: images, capturing: kept.map(\.output).filter { $0 != 0 })
    fill(plan)
    var course = Course(logits: [], tensors: [:])
    course.tensors[model.graph.nodes[0].name] = Array(plan.input)
    try plan.run()
    course.logits = Array(plan.logits)
    for cut in kept {
      if let values = plan.values(of: cut.output) {
        course.tensors[model.graph.nodes[cut.head].name] = Array(values)
      }
    }
    return course
  }

  private func fill(_ plan: InferencePlan) {
    let look = trials.data.normalization(for: plan.graph)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: images) { labels in
      labels.initialize(repeating: 0)
      guard let input = plan.input.baseAddress, let labels = labels.baseAddress else { return }
      gather(
        trials.data.test, indices: Array(0..<images)[...], mean: look.mean, deviation: look.deviation,
        augmentation: nil, into: input, labels: labels)
    }
  }

  private func logits(of model: Model, from course: Course, _ layer: String) throws -> [Float] {
    let groups = model.graph.layerGroups
    let place = groups.firstIndex { model.graph.nodes[$0.head].name == layer } ?? 0
    let starts = model.graph.cuts.filter { cut in
      cut.output < groups[place].head && course.tensors[model.graph.nodes[cut.head].name] != nil
    }
    guard let start = starts.last, let tensor = course.tensors[model.graph.nodes[start.head].name] else {
      throw RewriteError.misfit(node: layer, reason: "nothing leads to it")
    }
    var rest = model
    // The images come in rounded or not, as the trial has it.
    if start.head != 0 { rest.graph = try model.graph.from(start.output) }
    let plan = try InferencePlan(rest, batch: images)
    guard plan.input.count == tensor.count else {
      throw RewriteError.misfit(node: layer, reason: "its input has another shape")
    }
    _ = plan.input.update(fromContentsOf: tensor)
    try plan.run()
    return Array(plan.logits)
  }
}

extension Graph {
  /// Groups through whose output alone the rest of the network reads what came before.
  fileprivate var cuts: [LayerGroup] {
    layerGroups.filter { group in
      nodes.indices.dropFirst(group.output + 1).allSatisfy { id in
        nodes[id].inputs.allSatisfy { $0 >= group.output }
      }
    }
  }

  /// The nodes behind one, whose output comes in.
  fileprivate func from(_ first: NodeID) throws(ShapeError) -> Graph {
    var graph = Graph(architecture: architecture, input: nodes[first].shape)
    for node in nodes[(first + 1)...] {
      try graph.append(node.name, node.operation, inputs: node.inputs.map { $0 - first })
    }
    return graph
  }

  /// Without the fake quantization whose observer is not wanted.
  fileprivate func keepingQuantizers(_ isKept: (String) -> Bool) throws(RewriteError) -> Graph {
    try rewritten { node in
      guard case .fakeQuantize(let quantizer) = node.operation else { return node.operation }
      return isKept(quantizer.observer) ? node.operation : nil
    }
  }
}

extension ParameterSet {
  fileprivate mutating func copyStates(from model: Model) {
    for own in model.ownRanges {
      for (name, tensor) in model.parameters.tensors where name.hasPrefix(own.quantizer.observer + ".") {
        self[name] = tensor
      }
    }
  }
}
