import GraphIR
import Text

/// The layers of a network with shapes and parameters; the input is left out.
func layerTable(_ graph: Graph) -> Table { layerTable(graph.nodes.filter { $0.operation != .input }) }

/// Nodes of a network with shapes and parameters.
func layerTable(_ nodes: [Graph.Node]) -> Table {
  Table(
    columns: [
      Table.Column("layer"), Table.Column("operation"), Table.Column("output", .right),
      Table.Column("parameters", .right),
    ],
    rows: nodes.map { node in
      [
        .text(node.name), .text(node.operation.traits.words), cell(node.shape),
        node.operation.parameterCount == 0 ? .blank : .count(node.operation.parameterCount),
      ]
    })
}

/// The nodes of a graph in execution order, each with those that feed it.
func graphTable(_ graph: Graph) -> Table {
  let groups = groupNames(graph)
  return Table(
    columns: [
      Table.Column("node", .right), Table.Column("name"), Table.Column("operation"), Table.Column("inputs"),
      Table.Column("output", .right), Table.Column("group"),
    ],
    rows: graph.nodes.enumerated().map { id, node in
      [
        .plain(id), .text(node.name), .text(node.operation.traits.words), cell(node.inputs), cell(node.shape),
        .text(groups[id] ?? ""),
      ]
    })
}

/// Where there is one, its number.
private func cell(_ inputs: [Graph.NodeID]) -> Table.Cell {
  inputs.count == 1 ? .plain(inputs[0]) : .text(inputs.map(String.init).joined(separator: ", "))
}

/// A vector's shape is a number.
private func cell(_ shape: Shape) -> Table.Cell {
  shape.spatial == 1 ? .plain(shape.channels) : .text(shape.description)
}

/// For each node of a group of several, which run as one layer, the group's number and parts: "2 conv+bn+relu".
private func groupNames(_ graph: Graph) -> [Graph.NodeID: String] {
  var names: [Graph.NodeID: String] = [:]
  var number = 0
  for group in graph.layerGroups {
    let members = group.members
    guard members.count > 1 else { continue }
    number += 1
    let parts = members.map { graph.nodes[$0].operation.traits.shortName }.joined(separator: "+")
    for id in members { names[id] = "\(number) \(parts)" }
  }
  return names
}
