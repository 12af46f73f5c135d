package import GraphIR

extension TrainingPlan {
  /// Goes on with the grids of `graph`, which is the plan's own but for the widths of its grids: rungs of a ladder.
  ///
  /// To be called between two steps. Weights, statistics, observed ranges, PACT's bounds and the optimizer's moments stay
  /// as they are; LSQ's scales start anew from what the next step rounds. Steps read the grids each time, so nothing is
  /// compiled anew. Throws `PlanError.unsupported` where more than widths differs.
  package func adopt(_ graph: Graph) throws {
    try requireSameButWidths(graph)
    self.graph = graph
    for node in graph.nodes {
      switch node.operation {
      case .fakeQuantize(let quantizer) where quantizer.observes:
        observers.first { $0.name == quantizer.observer }?.adopt(quantizer.grid)
      case .convolution(let convolution): adopt(convolution.weightGrid, node.name)
      case .dense(let dense): adopt(dense.weightGrid, node.name)
      case .input, .batchNorm, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .quantize,
        .dequantize, .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
        break
      }
    }
  }

  private func requireSameButWidths(_ other: Graph) throws {
    for (own, new) in zip(graph.nodes, other.nodes)
    where own.name != new.name || own.inputs != new.inputs
      || own.operation.withoutWidths != new.operation.withoutWidths
    {
      throw PlanError.unsupported(node: own.name, reason: "more than the width of its grid would change")
    }
    guard graph.nodes.count == other.nodes.count else {
      throw PlanError.unsupported(
        node: graph.nodes[graph.output].name, reason: "a graph of more or fewer nodes would take its place")
    }
  }

  private func adopt(_ grid: QuantizationGrid?, _ layer: String) {
    guard let grid else { return }
    weightQuantizers.first { $0.label == layer }?.adopt(grid)
  }
}

extension GraphIR.Operation {
  /// The operation on grids of no width, to be compared in everything else.
  fileprivate var withoutWidths: GraphIR.Operation {
    switch self {
    case .convolution(var convolution):
      convolution.weightGrid = convolution.weightGrid?.withoutWidth
      return .convolution(convolution)
    case .dense(var dense):
      dense.weightGrid = dense.weightGrid?.withoutWidth
      return .dense(dense)
    case .fakeQuantize(var quantizer):
      quantizer.grid = quantizer.grid.withoutWidth
      return .fakeQuantize(quantizer)
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .dropout, .quantize, .dequantize,
      .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
      return self
    }
  }
}

extension QuantizationGrid {
  /// Signs and scales as they are, one step on each side that has any.
  fileprivate var withoutWidth: QuantizationGrid {
    var grid = self
    (grid.minimum, grid.maximum) = (minimum.signum(), maximum.signum())
    return grid
  }
}
