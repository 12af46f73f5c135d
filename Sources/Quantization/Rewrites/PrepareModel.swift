package import GraphIR

/// A model ready for QAT: its graph with fake quantization as the policy asks for, and its parameters.
///
/// One that is fake-quantized already, by calibration or by QAT, is prepared anew from its float graph. Where a node's
/// grid or method differs from before, its range is kept as an observed one (`min_val`, `max_val`), from which a
/// trained range starts; scales that were trained for other weight grids are dropped. Other kinds stay as they are.
package func prepare(_ model: Model, policy: QuantizationPolicy) throws(RewriteError) -> Model {
  switch model.kind {
  case .float:
    return Model(
      kind: .fakeQuantized, graph: try prepare(model.graph, policy: policy), parameters: model.parameters)
  case .fakeQuantized:
    var prepared = model
    prepared.graph = try prepare(removeFakeQuantization(model.graph), policy: policy)
    prepared.carryRanges(from: model)
    prepared.dropForeignWeightScales(from: model.graph)
    return prepared
  case .integer, .dynamic: return model
  }
}

/// The graph before `prepare`: no fake quantization, no weight grids.
package func removeFakeQuantization(_ graph: Graph) throws(RewriteError) -> Graph {
  try graph.rewritten { node in
    if case .fakeQuantize = node.operation { return nil }
    return node.operation.roundingWeights(to: nil, storage: .float32)
  }
}

extension Graph {
  /// The nodes that own a range, by observer.
  fileprivate var quantizers: [String: FakeQuantize] {
    var quantizers: [String: FakeQuantize] = [:]
    for case .fakeQuantize(let quantizer) in nodes.map(\.operation) where quantizer.observes {
      quantizers[quantizer.observer] = quantizer
    }
    return quantizers
  }

  fileprivate var weightGrids: [String: QuantizationGrid] {
    var grids: [String: QuantizationGrid] = [:]
    for node in nodes where node.operation.hasWeights { grids[node.name] = node.operation.weightGrid }
    return grids
  }
}

extension Model {
  fileprivate mutating func carryRanges(from old: Model) {
    let before = old.graph.quantizers
    for (observer, quantizer) in graph.quantizers {
      guard let former = before[observer], former.method != .observed,
        former.grid != quantizer.grid || former.method != quantizer.method,
        // A range that was never observed is the one thing that fails here: there is nothing to carry.
        let range = try? old.quantizationParameters(former)
      else { continue }
      let edges = [former.grid.minimum, former.grid.maximum]
      parameters[observer + ".min_val"] = Tensor([range.value(of: Int32(edges[0]))])
      parameters[observer + ".max_val"] = Tensor([range.value(of: Int32(edges[1]))])
      parameters[observer + ".scale"] = nil
      parameters[observer + ".alpha"] = nil
    }
  }

  fileprivate mutating func dropForeignWeightScales(from old: Graph) {
    let before = old.weightGrids
    let grids = graph.weightGrids
    for (layer, grid) in before where grids[layer] != grid { parameters[layer + ".weight_scale"] = nil }
  }
}
