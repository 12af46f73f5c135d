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
      if case .fakeQuantize(let quantizer) = node.operation, quantizer.observes {
        observers.first { $0.name == quantizer.observer }?.adopt(quantizer.grid)
      } else if node.operation.hasWeights {
        adopt(node.operation.weightGrid, node.name)
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
    if case .fakeQuantize(var quantizer) = self {
      quantizer.grid = quantizer.grid.withoutWidth
      return .fakeQuantize(quantizer)
    }
    guard hasWeights, let weightGrid else { return self }
    return roundingWeights(to: weightGrid.withoutWidth)
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
