/// Nodes that run as one layer: a head, then batch norm, residual addition, activation and fake quantization,
/// each where it follows alone.
///
/// Of the activations only rectifiers join a layer; a curve heads a group. Batch norm joins the layer with weights that it can be folded into, an addition the convolution that carries it;
/// anywhere else they head a group of their own.
/// Rewrites and plans both work on groups.
package struct LayerGroup: Hashable, Sendable {
  /// First node: a convolution, a dense layer, a pooling, the input, or whatever heads no other group.
  package var head: Graph.NodeID
  package var norm: Graph.NodeID?
  package var add: Graph.NodeID?
  /// The other summand of `add`: output of an earlier group.
  package var residual: Graph.NodeID?
  /// A rectifier.
  package var activation: Graph.NodeID?
  package var fakeQuantize: Graph.NodeID?
  /// Last node: what other groups read.
  package var output: Graph.NodeID

  /// Its nodes, in order.
  package var members: [Graph.NodeID] {
    [head] + [norm, add, activation, fakeQuantize].compactMap { $0 }.filter { $0 != head }
  }
}

extension Graph {
  /// The graph cut into groups, in execution order; every node is in exactly one.
  package var layerGroups: [LayerGroup] {
    let consumers = self.consumers
    var grouped = Set<NodeID>()
    var groups: [LayerGroup] = []
    for id in nodes.indices where !grouped.contains(id) {
      var group = startedGroup(at: id)
      while let next = follower(of: group, consumers: consumers, grouped: grouped) {
        absorb(next, into: &group)
      }
      grouped.formUnion(group.members)
      groups.append(group)
    }
    return groups
  }

  /// The rectifier that ends a group.
  package func rectifier(of group: LayerGroup) -> Rectifier? {
    guard let id = group.activation, case .activation(let activation) = nodes[id].operation else {
      return nil
    }
    return activation.rectifier
  }

  /// The curve that a group is.
  package func curve(of group: LayerGroup) -> ActivationCurve? {
    if case .activation(let activation) = nodes[group.head].operation { activation.curve } else { nil }
  }

  /// A group of one node.
  ///
  /// Batch norm, addition, activation and fake quantization that follow nothing they could join head a group
  /// of their own, in which they keep their part.
  private func startedGroup(at id: NodeID) -> LayerGroup {
    var group = LayerGroup(head: id, output: id)
    switch nodes[id].operation {
    case .batchNorm: group.norm = id
    case .add:
      group.add = id
      group.residual = nodes[id].inputs.last
    case .activation(let activation): if activation.rectifier != nil { group.activation = id }
    case .fakeQuantize: group.fakeQuantize = id
    case .input, .convolution, .pool, .dense, .flatten, .dropout, .quantize, .dequantize, .requantize,
      .integerPool,
      .integerConvolution,
      .integerDense, .dynamicDense:
      break
    }
    return group
  }

  private func follower(of group: LayerGroup, consumers: [[NodeID]], grouped: Set<NodeID>) -> NodeID? {
    guard consumers[group.output].count == 1, let next = consumers[group.output].first else { return nil }
    let untouched = group.activation == nil && group.fakeQuantize == nil
    let joins: Bool
    switch nodes[next].operation {
    case .batchNorm:
      joins = nodes[group.head].operation.takesBatchNorm && group.norm == nil && group.add == nil && untouched
    case .add:
      // The summand that is computed last carries the addition; the other must lie in an earlier group.
      joins =
        nodes[group.head].operation.carriesAddition && group.add == nil && untouched
        && nodes[next].inputs.allSatisfy { $0 == group.output || grouped.contains($0) }
    case .activation(let activation):
      joins = untouched && activation.rectifier != nil && curve(of: group) == nil
    case .fakeQuantize: joins = group.fakeQuantize == nil
    case .input, .convolution, .pool, .dense, .flatten, .dropout, .quantize, .dequantize, .requantize,
      .integerPool,
      .integerConvolution,
      .integerDense, .dynamicDense:
      joins = false
    }
    return joins ? next : nil
  }

  private func absorb(_ id: NodeID, into group: inout LayerGroup) {
    switch nodes[id].operation {
    case .batchNorm: group.norm = id
    case .add:
      group.add = id
      group.residual = nodes[id].inputs.first { $0 != group.output }
    case .activation: group.activation = id
    case .fakeQuantize: group.fakeQuantize = id
    case .input, .convolution, .pool, .dense, .flatten, .dropout, .quantize, .dequantize, .requantize,
      .integerPool,
      .integerConvolution,
      .integerDense, .dynamicDense:
      break
    }
    group.output = id
  }
}

extension Operation {
  /// True where batch norm that follows is a factor and an offset of the layer's own outputs.
  fileprivate var takesBatchNorm: Bool {
    switch self {
    case .convolution, .dense: true
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .quantize,
      .dequantize,
      .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
      false
    }
  }

  /// True where the layer's sums can start from another tensor.
  fileprivate var carriesAddition: Bool {
    if case .convolution = self { true } else { false }
  }
}
