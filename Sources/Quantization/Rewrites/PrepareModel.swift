package import GraphIR

/// A model ready for QAT: its graph with fake quantization as the policy asks for, and its parameters.
///
/// One that is fake-quantized already, by calibration or by QAT, is prepared anew from its float graph. Where a node's
/// grid or method differs from before, its range is kept as an observed one (`min_val`, `max_val`), from which a
/// trained range starts; scales that were trained for other weight grids are dropped. Other kinds stay as they are.
package func prepare(_ model: Model, policy: QuantizationPolicy) -> Model {
  switch model.kind {
  case .float:
    return Model(
      kind: .fakeQuantized, graph: prepare(model.graph, policy: policy), parameters: model.parameters)
  case .fakeQuantized:
    var prepared = model
    prepared.graph = prepare(removeFakeQuantization(model.graph), policy: policy)
    prepared.carryRanges(from: model)
    prepared.dropForeignWeightScales(from: model.graph)
    return prepared
  case .integer, .dynamic: return model
  }
}

/// The graph before `prepare`: no fake quantization, no weight grids.
package func removeFakeQuantization(_ graph: Graph) -> Graph {
  var plain = Graph(architecture: graph.architecture, input: graph.inputShape)
  var renamed: [Graph.NodeID: Graph.NodeID] = [0: 0]
  for (id, node) in graph.nodes.enumerated().dropFirst() {
    let inputs = node.inputs.compactMap { renamed[$0] }
    switch node.operation {
    case .fakeQuantize: renamed[id] = inputs.first
    case .convolution(var convolution):
      (convolution.weightGrid, convolution.learnsWeightScale, convolution.storage) = (nil, false, .float32)
      renamed[id] = try? plain.append(node.name, .convolution(convolution), inputs: inputs)
    case .dense(var dense):
      (dense.weightGrid, dense.learnsWeightScale, dense.storage) = (nil, false, .float32)
      renamed[id] = try? plain.append(node.name, .dense(dense), inputs: inputs)
    case .batchNorm(var norm):
      norm.weightGrid = nil
      renamed[id] = try? plain.append(node.name, .batchNorm(norm), inputs: inputs)
    case .input, .activation, .pool, .add, .flatten, .dropout, .quantize, .dequantize,
      .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
      // The shapes were valid in the graph that is copied.
      renamed[id] = try? plain.append(node.name, node.operation, inputs: inputs)
    }
  }
  return plain
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
    for node in nodes {
      if case .convolution(let convolution) = node.operation { grids[node.name] = convolution.weightGrid }
      if case .dense(let dense) = node.operation { grids[node.name] = dense.weightGrid }
    }
    return grids
  }
}

extension Model {
  fileprivate mutating func carryRanges(from old: Model) {
    let before = old.graph.quantizers
    for (observer, quantizer) in graph.quantizers {
      guard let former = before[observer], former.method != .observed,
        former.grid != quantizer.grid || former.method != quantizer.method,
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
