package import GraphIR

/// Takes the bias of each convolution that batch norm follows into the running mean, μ' = μ − b: the same function.
///
/// Batch norm subtracts whatever the bias adds, so the bias says nothing beside β, while the fold that QAT trains
/// through would have to scale it with the weights.
package func absorbBiases(_ model: Model) throws(RewriteError) -> Model {
  var absorbed = model
  var heads: Set<Graph.NodeID> = []
  for group in model.graph.layerGroups {
    guard case .convolution(let convolution) = model.graph.nodes[group.head].operation, convolution.hasBias,
      let norm = group.norm
    else { continue }
    let bias = model.graph.nodes[group.head].name + ".bias"
    let mean = model.graph.nodes[norm].name + ".running_mean"
    let shifts = try model.parameter(bias).floats
    absorbed.parameters[mean] = Tensor(zip(try model.parameter(mean).floats, shifts).map { $0 - $1 })
    absorbed.parameters[bias] = nil
    heads.insert(group.head)
  }
  guard !heads.isEmpty else { return absorbed }
  absorbed.graph = try model.graph.rewritten { id, node in
    guard heads.contains(id), case .convolution(var convolution) = node.operation else {
      return node.operation
    }
    convolution.hasBias = false
    return .convolution(convolution)
  }
  return absorbed
}
