package import GraphIR
package import Quantization

/// A quantized model with the float model that it is held against.
package struct AttributionSubject: Sendable {
  /// The float model as it is, and with batch norm folded.
  let given, reference: Model
  /// The fake-quantized model as it is, perhaps with batch norm.
  let quantizedAsGiven: Model
  /// The same with batch norm folded, weights before rounding, and its grids.
  let quantized: Model
  /// The integer model that is asked about; nil where the fake-quantized one is.
  let integer: Model?

  /// - Parameter quantized: the fake-quantized form of the integer model, or the model that is asked about.
  package init(reference: Model, quantized: Model, integer: Model? = nil) throws(RewriteError) {
    given = reference
    self.reference = try foldBatchNorm(reference)
    quantizedAsGiven = quantized
    self.quantized = try foldKeepingGrids(quantized)
    self.integer = integer
  }

  /// True where the weights and biases before rounding are others than the float model's.
  var changedWeights: Bool {
    reference.graph.nodes.contains { node in
      [".weight", ".bias"].contains { suffix in
        reference.parameters[node.name + suffix] != quantized.parameters[node.name + suffix]
      }
    }
  }
}

extension Model {
  /// A fake-quantized model before rounding.
  func withoutRounding() throws(RewriteError) -> Model {
    try foldBatchNorm(
      Model(kind: .float, graph: try removeFakeQuantization(graph), parameters: parameters))
  }

  /// Names of layers with weights that are rounded, in execution order.
  var roundedLayers: [String] {
    graph.nodes.filter { $0.operation.hasWeights && $0.operation.weightGrid != nil }.map(\.name)
  }

  /// The quantizers that own a range, by the name of the layer whose output they round, in execution order; the images
  /// are called by their node.
  var ownRanges: [(layer: String, quantizer: FakeQuantize)] {
    graph.layerGroups.compactMap { group in
      guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation,
        quantizer.observes
      else { return nil }
      return (graph.nodes[group.head].name, quantizer)
    }
  }
}
