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
  /// Batch norm, addition, rectifier and fake quantization that follow nothing they could join head a group
  /// of their own, in which they keep their part.
  private func startedGroup(at id: NodeID) -> LayerGroup {
    var group = LayerGroup(head: id, output: id)
    take(id, into: &group, summand: nodes[id].inputs.last)
    return group
  }

  private func follower(of group: LayerGroup, consumers: [[NodeID]], grouped: Set<NodeID>) -> NodeID? {
    guard consumers[group.output].count == 1, let next = consumers[group.output].first else { return nil }
    let untouched = group.activation == nil && group.fakeQuantize == nil
    let head = nodes[group.head].operation.traits
    let joins =
      switch nodes[next].operation.traits.role {
      case .head: false
      case .norm: head.takesBatchNorm && group.norm == nil && group.add == nil && untouched
      case .add:
        // The summand that is computed last carries the addition; the other must lie in an earlier group.
        head.carriesAddition && group.add == nil && untouched
          && nodes[next].inputs.allSatisfy { $0 == group.output || grouped.contains($0) }
      case .activation: untouched && curve(of: group) == nil
      case .fakeQuantize: group.fakeQuantize == nil
      }
    return joins ? next : nil
  }

  private func absorb(_ id: NodeID, into group: inout LayerGroup) {
    take(id, into: &group, summand: nodes[id].inputs.first { $0 != group.output })
    group.output = id
  }

  /// `summand` is what an addition adds to the group.
  private func take(_ id: NodeID, into group: inout LayerGroup, summand: NodeID?) {
    switch nodes[id].operation.traits.role {
    case .head: break
    case .norm: group.norm = id
    case .add: (group.add, group.residual) = (id, summand)
    case .activation: group.activation = id
    case .fakeQuantize: group.fakeQuantize = id
    }
  }
}
