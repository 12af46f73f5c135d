package import GraphIR
package import Quantization

/// The fake-quantized form of an integer model, from the float model that it was made of: the grids are read from the
/// integers, weights and biases before rounding are the float model's.
///
/// Its integers are the same where those were the nearest to the float model's weights; a range that the integer model
/// does not tell is an error.
package func fakeQuantized(of integer: Model, from float: Model, policy: QuantizationPolicy)
  throws(RewriteError) -> Model
{
  var twin = Model(
    kind: .fakeQuantized, graph: try prepare(float.graph, policy: policy), parameters: float.parameters)
  twin.graph.normalization = integer.graph.normalization
  var places: [String: Graph.NodeID] = [:]
  for (id, node) in integer.graph.nodes.enumerated() { places[node.name] = id }
  for group in twin.graph.layerGroups {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = twin.graph.nodes[id].operation,
      quantizer.observes
    else { continue }
    let layer = group.head == 0 ? "quantize" : twin.graph.nodes[group.head].name
    let names = [twin.graph.nodes[group.output].name, layer, layer + ".quantize"]
    guard let grid = names.compactMap({ places[$0].flatMap(integer.graph.codeGrid(of:)) }).first else {
      throw .unobserved(quantizer.observer)
    }
    var own = grid
    own.zeroPoint += Int32(clamping: quantizer.grid.minimum - grid.grid.minimum)
    own.grid = quantizer.grid
    twin.setGrid(own, of: quantizer)
  }
  try twin.readWeightScales(of: integer)
  return twin
}

extension Model {
  /// Keeps the integer model's weight scales where they are not those of this model's magnitudes.
  fileprivate mutating func readWeightScales(of integer: Model) throws(RewriteError) {
    let folded = try foldKeepingGrids(self)
    for node in folded.graph.nodes where node.operation.hasWeights {
      guard let grid = node.operation.weightGrid, let scales = integer.parameters[node.name + ".scale"],
        let weight = folded.parameters[node.name + ".weight"], let outputs = weight.shape.first,
        scales.count == outputs,
        scales.floats != Quantization.weightScales(of: weight.floats, outputs: outputs, grid: grid)
      else { continue }
      parameters[node.name + ".weight_scale"] = scales
    }
  }
}
