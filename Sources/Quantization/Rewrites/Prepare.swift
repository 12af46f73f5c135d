package import GraphIR

/// Inserts fake quantization: the graph that QAT trains.
///
/// Convolutions and dense layers get a weight grid of their precision. The output of every group that an integer layer
/// computes or reads is rounded to an activation grid, and so are the images; the logits leave the integer model as
/// float. Batch norm that stands alone is a layer with a weight a channel, of eight bits. A convolution whose output goes into an addition is rounded after it. Pooling keeps its input's grid: a
/// maximum is on it already, an average is rounded to it again.
package func prepare(_ graph: Graph, policy: QuantizationPolicy) throws(RewriteError) -> Graph {
  var preparation = Preparation(graph, policy)
  for group in graph.layerGroups { try preparation.add(group) }
  return preparation.prepared.graph
}

private struct Preparation {
  let graph: Graph
  let policy: QuantizationPolicy
  let precisions: [Graph.NodeID: LayerPrecision]
  /// Outputs of groups that an integer layer computes or reads.
  let quantized: Set<Graph.NodeID>
  private(set) var prepared: GraphRewrite
  /// Which node's grid a tensor lies on.
  private var quantizers: [Graph.NodeID: FakeQuantize] = [:]

  init(_ graph: Graph, _ policy: QuantizationPolicy) {
    self.graph = graph
    self.policy = policy
    precisions = graph.withCurves(layerPrecisions(of: graph, policy: policy))
    quantized = quantizedTensors(graph, precisions)
    prepared = GraphRewrite(of: graph)
  }

  mutating func add(_ group: LayerGroup) throws(RewriteError) {
    let head = graph.nodes[group.head]
    for id in group.members where id != group.fakeQuantize && !prepared.holds(id) {
      try prepared.carry(id, as: operation(of: id, isAlone: id == group.head))
    }
    let kept = head.inputs.first.flatMap { quantizers[$0] }
    switch group.activation == nil ? head.operation.traits.gridEffect : .needsItsOwn {
    case .keeps: quantizers[group.output] = kept
    case .roundsAgain:
      quantizers[group.output] = kept
      guard var again = kept else { return }
      again.observes = false
      try quantize(group.output, as: again)
    case .needsItsOwn:
      guard group.output != graph.output, quantized.contains(group.output) else { return }
      let quantizer = FakeQuantize(
        observer: graph.nodes[group.output].name + ".activation_post_process", grid: grid(of: group),
        method: group.head == 0 ? .observed : policy.rangeMethod)
      quantizers[group.output] = quantizer
      try quantize(group.output, as: quantizer)
    }
  }

  private func grid(of group: LayerGroup) -> QuantizationGrid {
    // Images are given, so nothing is gained by fewer bits; their range is known, so nothing by training it.
    if group.head == 0 {
      var plain = policy
      plain.scheme = .movingAverage
      return plain.activationGrid(bits: 8, isPositive: false)
    }
    var bits = policy.activationBits
    if case .integer(_, let activations)? = precisions[group.head] { bits = activations }
    return policy.activationGrid(bits: bits, isPositive: group.activation != nil)
  }

  /// `isAlone` is true for the head of a group.
  private func operation(of id: Graph.NodeID, isAlone: Bool) -> Operation {
    let node = graph.nodes[id]
    if isAlone, node.operation.traits.role == .norm {
      var grid = policy.weightGrid(bits: 8)
      grid.perChannel = true
      return node.operation.roundingWeights(to: grid)
    }
    switch precisions[id] {
    case .integer(let weights, _):
      return node.operation.roundingWeights(
        to: policy.weightGrid(bits: weights), learnsScale: policy.scheme == .learnedScale, storage: .float32)
    case .float(let storage): return node.operation.roundingWeights(to: nil, storage: storage)
    case nil: return node.operation
    }
  }

  private mutating func quantize(_ id: Graph.NodeID, as quantizer: FakeQuantize) throws(RewriteError) {
    try prepared.follow(id, graph.nodes[id].name + ".fake_quantize", .fakeQuantize(quantizer))
  }
}

/// The precision of each layer with weights.
package func layerPrecisions(
  of graph: Graph, policy: QuantizationPolicy
) -> [Graph.NodeID: LayerPrecision] {
  let layers = graph.nodes.indices.filter { graph.nodes[$0].operation.hasWeights }
  var precisions: [Graph.NodeID: LayerPrecision] = [:]
  for id in layers {
    precisions[id] = policy.precision(
      of: graph.nodes[id].name, isEnd: id == layers.first || id == layers.last)
  }
  return precisions
}

extension Graph {
  /// The precisions of layers, with those of the curves after them: a curve has that of the layer it bends.
  fileprivate func withCurves(_ layers: [NodeID: LayerPrecision]) -> [NodeID: LayerPrecision] {
    var precisions = layers
    var outputs: [NodeID: LayerPrecision] = [:]
    for group in layerGroups {
      let bent = layers[group.head] ?? nodes[group.head].inputs.first.flatMap { outputs[$0] }
      if curve(of: group) != nil { precisions[group.head] = bent }
      outputs[group.output] = bent
    }
    return precisions
  }
}

private func quantizedTensors(
  _ graph: Graph, _ precisions: [Graph.NodeID: LayerPrecision]
) -> Set<Graph.NodeID> {
  var quantized: Set<Graph.NodeID> = []
  func isFloat(_ id: Graph.NodeID) -> Bool { if case .float? = precisions[id] { true } else { false } }
  let groups = graph.layerGroups
  for group in groups where !isFloat(group.head) {
    if group.head != 0 { quantized.insert(group.output) }
    for source in graph.nodes[group.head].inputs + [group.residual].compactMap({ $0 }) {
      quantized.insert(source)
    }
  }
  // What passes codes on needs codes: pooling and flattening have no grid of their own.
  for group in groups.reversed() where quantized.contains(group.output) {
    if graph.nodes[group.head].operation.traits.gridEffect != .needsItsOwn {
      quantized.formUnion(graph.nodes[group.head].inputs)
    }
  }
  return quantized
}
