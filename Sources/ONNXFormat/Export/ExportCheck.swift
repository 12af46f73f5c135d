package import GraphIR

/// Throws where a target can't take a layer, as far as that follows from the graph without its parameters.
package func checkExport(of graph: Graph, _ options: ExportOptions) throws(ExportError) {
  for node in graph.nodes {
    switch node.operation {
    case .integer(.dynamicDense) where !options.target.quantizesAsItComes:
      throw .dynamic(layer: node.name, target: options.target)
    case .integer(.requantize(let table)): try check(table.activation, node, options)
    case .activation(let activation): try check(activation, node, options)
    case .input, .convolution, .batchNorm, .pool, .dense, .add, .flatten, .dropout, .fakeQuantize, .integer:
      break
    }
    if let grid = node.operation.traits.outputGrid {
      _ = try CodeGrid(grid, of: node.name, for: options.target)
    }
  }
}

private func check(
  _ activation: Activation?, _ node: Graph.Node, _ options: ExportOptions
) throws(ExportError) {
  guard let curve = activation?.curve else { return }
  switch curve.name {
  case "leakyrelu": break
  case "hardswish":
    guard options.opset >= Opset.hardSwish else {
      throw .needsOpset(layer: node.name, operation: "HardSwish", opset: Opset.hardSwish)
    }
  default: throw .noCounterpart(layer: node.name, what: curve.name)
  }
}
