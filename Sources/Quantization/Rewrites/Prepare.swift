package import GraphIR

/// Inserts fake quantization: the graph that QAT trains.
///
/// The input and the output of every group are rounded to the backend's activation grid, except the logits, which
/// leave the integer model as float; convolutions and dense layers get its weight grid. A convolution whose output
/// goes into an addition is rounded after it. Pooling keeps its input's grid: a maximum is on it already, an average
/// is rounded to it again.
package func prepare(_ graph: Graph, backend: QuantizationBackend) -> Graph {
  var prepared = Graph(architecture: graph.architecture, input: graph.inputShape)
  var renamed: [Graph.NodeID: Graph.NodeID] = [:]
  // Which observer's grid a tensor lies on.
  var observers: [Graph.NodeID: String] = [:]

  func copy(_ id: Graph.NodeID, operation: Operation? = nil) {
    let node = graph.nodes[id]
    let inputs = node.inputs.compactMap { renamed[$0] }
    // The shapes were valid in the graph that is copied.
    renamed[id] = try? prepared.append(node.name, operation ?? node.operation, inputs: inputs)
  }
  func quantize(_ id: Graph.NodeID, as quantizer: FakeQuantize) {
    guard let tensor = renamed[id] else { return }
    renamed[id] = try? prepared.append(
      graph.nodes[id].name + ".fake_quantize", .fakeQuantize(quantizer), tensor)
  }

  for group in graph.layerGroups {
    let head = graph.nodes[group.head]
    for id in [group.head, group.norm, group.add, group.activation].compactMap({ $0 })
    where renamed[id] == nil {
      switch graph.nodes[id].operation {
      case .input: renamed[id] = 0
      case let operation: copy(id, operation: operation.withWeightGrid(backend.weightGrid))
      }
    }
    let kept = head.inputs.first.flatMap { observers[$0] }
    switch head.operation.gridEffect(activated: group.activation != nil) {
    case .keeps: observers[group.output] = kept
    case .roundsAgain:
      observers[group.output] = kept
      if let kept {
        quantize(
          group.output, as: FakeQuantize(observer: kept, grid: backend.activationGrid, observes: false))
      }
    case .needsItsOwn:
      guard group.output != graph.output else { continue }
      let observer = graph.nodes[group.output].name + ".activation_post_process"
      observers[group.output] = observer
      quantize(group.output, as: FakeQuantize(observer: observer, grid: backend.activationGrid))
    }
  }
  return prepared
}

/// What an operation does to the grid that its input lies on.
private enum GridEffect {
  case keeps, roundsAgain, needsItsOwn
}

extension Operation {
  fileprivate func gridEffect(activated: Bool) -> GridEffect {
    switch self {
    case .flatten: activated ? .needsItsOwn : .keeps
    case .pool(let pooling):
      activated ? .needsItsOwn : pooling.kind == .maximum ? .keeps : .roundsAgain
    case .input, .convolution, .batchNorm, .activation, .dense, .add, .fakeQuantize, .quantize,
      .requantize, .integerConvolution, .integerDense:
      .needsItsOwn
    }
  }

  fileprivate func withWeightGrid(_ grid: QuantizationGrid) -> Operation {
    switch self {
    case .convolution(var convolution):
      convolution.weightGrid = grid
      return .convolution(convolution)
    case .dense(var dense):
      dense.weightGrid = grid
      return .dense(dense)
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .fakeQuantize, .quantize,
      .requantize, .integerConvolution, .integerDense:
      return self
    }
  }
}
