import GraphIR

/// Which layers of a network a run moves, and how fast.
package struct LayerTempos: Sendable, Hashable {
  /// Names of nodes whose parameters, and batch norm's statistics, stay as they are; batch norm behind a layer stays
  /// with it.
  package var frozen: Set<String>
  /// Name of the node whose parameters have a rate of their own; nil where none has.
  package var head: String?

  package init(frozen: Set<String> = [], head: String? = nil) {
    self.frozen = frozen
    self.head = head
  }

  /// Nodes of a graph that stay as they are.
  func frozenNodes(of graph: Graph) -> Set<Graph.NodeID> {
    guard !frozen.isEmpty else { return [] }
    var nodes = Set(graph.nodes.indices.filter { frozen.contains(graph.nodes[$0].name) })
    for group in graph.layerGroups where nodes.contains(group.head) {
      if let norm = group.norm { nodes.insert(norm) }
    }
    return nodes
  }
}
